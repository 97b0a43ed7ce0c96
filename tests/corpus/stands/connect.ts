const scopes = ['ZohoCampaigns.contact.READ', 'ZohoCampaigns.campaign.READ', 'openid', 'email'];
const url = `https://accounts.zoho.com/oauth/v2/auth?scope=${scopes.join(',')}&client_id=${id}&redirect_uri=${back}`;
// const url = `https://accounts.zoho.com/oauth/v2/auth?scope=ZohoCampaigns.contact.ALL&client_id=${id}`;
export function describe(scope: string): string {
  switch (scope) {
    case 'ZohoCampaigns.contact.READ': return 'reads contacts';
    case 'ZohoCampaigns.campaign.READ':
      return 'reads campaigns';
  }
  return held.includes('ZohoCampaigns.contact.ALL') ? 'everything' : '';
}
