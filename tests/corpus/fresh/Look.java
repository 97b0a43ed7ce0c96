import com.zoho.books.Invoices;
class Look {
  void run() { ZohoBooks.invoices.create(x); Desk.tickets.view(y); ZohoCRM.users.All(); }
  @Scope("ZohoBooks.estimates.READ") void f() {}
  @PreAuthorize("hasAuthority('ZohoBooks.estimates.CREATE')") void g() {}
}
