// Desk.settings.ALL
val scopes = listOf("Desk.tickets.READ", "Desk.contacts.READ")
fun name(s: String) = when (s) {
    "Desk.tickets.READ" -> "tickets"
    else -> if (s == "Desk.tickets.ALL") "all" else s
}
