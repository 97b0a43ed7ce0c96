package demo;

/** Asks for ZohoCRM.modules.ALL no more. */
public class Auth {
    static final String SCOPE = "ZohoCRM.modules.leads.READ,ZohoCRM.users.READ";
    // static final String SCOPE = "ZohoCRM.modules.ALL";
    private static final String[] SCOPES = { "Desk.tickets.READ", "Desk.contacts.READ" };
    boolean may(Set<String> held) {
        if ("Desk.tickets.ALL".equals(first(held))) return true;
        return held.contains("Desk.tickets.READ") || first(held).equalsIgnoreCase("desk.tickets.read");
    }
    Url build() { return new Url().scope("ZohoPeople.forms.READ").param("access_type", "offline"); }
    void check() { assertEquals("ZohoPeople.forms.READ", build().scope()); }
    String name(String scope) {
        switch (scope) {
            case "ZohoPeople.forms.READ": return "forms";
            default: throw new IllegalStateException("no permission for that: ask for ZohoPeople.leave.READ first");
        }
    }
}
