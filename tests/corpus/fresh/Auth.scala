package zoho

object Auth {
  val scope = Seq("ZohoInventory.items.READ", "ZohoInventory.salesorders.CREATE").mkString(",")
  def label(s: String): String = s match {
    case "ZohoInventory.items.READ" => "read items"
    case "ZohoInventory.salesorders.CREATE" => "create orders"
    case _ => s
  }
  /* The vendor also has ZohoInventory.settings.READ. */
}
