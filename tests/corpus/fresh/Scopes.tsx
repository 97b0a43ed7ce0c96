export const SCOPES: Record<string, string[]> = {
  sales: ['ZohoCRM.modules.leads.ALL', 'ZohoCRM.modules.deals.ALL'],
  support: ['Desk.tickets.ALL'],
}
export const LABELS: Record<string, string> = {
  'ZohoCRM.modules.leads.ALL': 'Leads',
  'Desk.tickets.ALL': 'Tickets',
}
if (scope !== 'Desk.tickets.ALL') throw new Error('needs Desk.tickets.ALL')
expect(url).toContain('ZohoCRM.modules.leads.ALL')
