// The widget asks for Desk.tickets.READ alone.
export const scope = 'Desk.tickets.READ';
export const scopes: string[] = ['Desk.contacts.READ', 'Desk.search.READ'];
/* const scopes = ['Desk.settings.ALL'];
 * also Desk.basic.ALL
 */
export function may(granted: Set<string>) {
  switch (first(granted)) {
    case 'desk.tickets.all':
    case 'Desk.tickets.UPDATE':
      return true;
  }
  if (granted.has('Desk.tickets.ALL') || granted.has("Desk.tickets.READ")) return true;
  const list = [...granted];
  return list.includes('Desk.contacts.ALL') || list.indexOf('Desk.basic.READ') >= 0;
}
const anyOf = ['ZohoCRM.modules.ALL', 'ZohoCRM.modules.leads.ALL'];
const granted = ['ZohoCRM.org.READ'];
const perms = { 'ZohoMail.messages.READ': true, 'ZohoMail.messages.CREATE': false };
login({ scope: ['ZohoMail.messages.READ', 'ZohoMail.accounts.READ'].join(',') });
const picked = admin ? 'ZohoCRM.settings.ALL' : 'ZohoCRM.settings.READ';
const fallback = process.env.SCOPE || 'ZohoBooks.invoices.READ';
console.log('sign in again: the token has no ZohoBooks.bills.CREATE any more');
expect(request.scope).toBe('ZohoBooks.invoices.READ');
expect(request.scopes).toEqual(['ZohoBooks.invoices.READ', 'ZohoBooks.bills.READ']);
const moved = migrate('ZohoReports.data.ALL', 'ZohoAnalytics.data.READ');
if (scope === 'ZohoBooks.fullaccess.all') warn();
