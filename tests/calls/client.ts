import axios from 'axios';
import fetch from 'node-fetch';

const API = process.env.ZOHO_API || 'https://www.zohoapis.com';
const CRM_BASE = `${API}/crm/v6`;
/* The old one was fetch('https://www.zohoapis.com/crm/v2/Leads') */

const books = axios.create({
  baseURL: 'https://www.zohoapis.com/books/v3',
  headers: { 'X-Id': '1' },
});

export async function leads(page: number) {
  const res = await fetch(`${CRM_BASE}/Leads?page=${page}`, { headers: h() }); // ~> GET /crm/v6/Leads
  return res.json();
}

export async function addLead(data: unknown) {
  return fetch(`${CRM_BASE}/Leads`, { // ~> POST /crm/v6/Leads
    method: 'POST',
    body: JSON.stringify({ data }),
  });
}

export const upsert = async (module: string, data: object) =>
  axios.post(`${CRM_BASE}/Contacts/upsert`, data); // ~> POST /crm/v6/Contacts/upsert

export const drop = (id: string) => axios({
  method: 'delete',
  url: `${CRM_BASE}/Deals/${id}`, // ~> DELETE /crm/v6/Deals/{}
});

export async function bills() {
  const { data } = await books.get('/bills'); // ~> GET /books/v3/bills
  const made = await books.post<Bill>('/bills', data); // ~> POST /books/v3/bills
  console.log('called https://www.zohoapis.com/books/v3/items');
  return made;
}

async function request(method: string, path: string, body?: unknown) {
  return fetch(`${API}${path}`, { method, body: JSON.stringify(body) });
}

export const users = () => request('GET', '/crm/v6/users'); // ~> GET /crm/v6/users
export const org = () => request('GET', '/crm/v6/org'); // ~> GET /crm/v6/org
export const putUser = (u: User) => request('PUT', `/crm/v6/users/${u.id}`, u); // ~> PUT /crm/v6/users/{}

export function open(id: string) {
  window.location.href = `https://crm.zoho.com/crm/org1/tab/Leads/${id}`;
  return fetch('https://graph.microsoft.com/crm/v6/Leads');
}

const routes = {
  '/crm/v6': 'proxy',
};

export function xhr(id: string) {
  const x = new XMLHttpRequest();
  x.open('PATCH', 'https://desk.zoho.eu/api/v1/tickets/' + id); // ~> PATCH /api/v1/tickets/{}
  x.send();
}
