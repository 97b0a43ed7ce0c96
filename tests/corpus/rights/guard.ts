// Which rights each step of the support console needs.
export const NEEDED = {
  find_technician: ['SDPOnDemand.technicians.READ'],
  approve_change: 'SDPOnDemand.changes.APPROVE',
  plan: "SDPOnDemand.worklog.UPDATE",
};
export const mayAdminister = (granted: string[]) => granted.includes('SDPOnDemand.setup.ALL');
export const monitor = `Site24x7.Reports.Read`;
export const topics = { dropped: "workdrive.files.delete", added: 'workdrive.files.create' };
const level = "SDPOnDemand.changes.No" + 'SDPOnDemand.Limits.MAX_RETRIES';
export const spelt = { low: 'sdpondemand.requests.READ' };
