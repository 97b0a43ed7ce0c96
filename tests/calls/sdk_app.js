const ZOHOCRMSDK = require("@zohocrm/nodejs-sdk-8.0");
const { OtherOperations } = require("./other");

async function main() {
  const recordOperations = new ZOHOCRMSDK.Record.RecordOperations("Leads");
  await recordOperations.getRecords(params); // ~> GET /crm/v8/Leads
  await recordOperations.createRecords(request); // ~> POST /crm/v8/Leads
  let fields = new ZOHOCRMSDK.Fields.FieldsOperations();
  await fields.getFields(param); // ~> GET /crm/v8/settings/fields
  await new ZOHOCRMSDK.Users.UsersOperations().getUser(1n); // ~> GET /crm/v8/users/{}
  const other = new OtherOperations();
  await other.getRecords();
  let modules = new ZOHOCRMSDK.Modules.ModulesOperations();
  return modules.getModuleByAPIName("Leads"); // ~> GET /crm/v8/settings/modules/{}
}

async function related(id) {
  const ops = new ZOHOCRMSDK.RelatedRecords.RelatedRecordsOperations("Notes", "Leads");
  return ops.getRelatedRecords(id); // ~> GET /crm/v8/Leads/{}/{}
}
main();
