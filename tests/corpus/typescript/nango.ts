import { createAction } from 'nango';
const action = createAction({
    description: 'Get a credit note from Zoho Books.',
    scopes: ['ZohoBooks.creditnotes.READ'],
    exec: async (nango, input) => nango.get({ endpoint: '/books/v3/creditnotes' }),
});
export const PROJECTS = {
  portalsRead:   'ZohoProjects.portals.READ',
  projectsAll:   'ZohoProjects.projects.ALL',
  usersAll:      'ZohoProjects.users.ALL',
};
export const CLIQ = { hooks: "ZohoCliq.Webhooks.CREATE", chats: "ZohoCliq.Chats.READ" };
const LEVELS: Record<string, readonly string[]> = {
  read_only: ['ZohoCRM.modules.READ', 'ZohoCRM.settings.READ'],
  full: [
    'ZohoCRM.modules.ALL',
    'ZohoCRM.settings.ALL',
    'ZohoInventory.FullAccess.all',
  ],
};
type Module = ZohoCRM.Modules.Read;
class Service extends ZohoCRM.Base.Create {}
const status = ZohoBooks.InvoiceStatus.PAID;
const level = ZohoCRM.Levels.INFO;
const ds = await zohoDesk.tickets.list();
enum ZohoScope.Kind.Create {}
