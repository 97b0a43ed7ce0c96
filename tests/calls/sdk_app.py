from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.crm.api.record import RecordOperations, GetRecordsParam
from zohocrmsdk.src.com.zoho.crm.api.users.users_operations import UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.notes import NotesOperations as Notes
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations, BodyWrapper
from zohocrmsdk.src.com.zoho.crm.api.bulk_read import BulkReadOperations
from zohocrmsdk.src.com.zoho.crm.api.tags import TagsOperations

from app.cache import CacheOperations


class Sync:
    MODULE = "Deals"

    def __init__(self):
        self.records = RecordOperations("Leads")
        self.users = UsersOperations()
        self.cache = CacheOperations()

    def run(self):
        page = self.records.get_records(self.params())  # ~> GET /crm/v8/Leads
        me = self.users.get_users()  # ~> GET /crm/v8/users
        self.cache.get_records()
        for record in page:
            self.records.update_record(record.id, record)  # ~> PUT /crm/v8/Leads/{}
        deals = RecordOperations(Sync.MODULE)
        deals.delete_record(1)  # ~> DELETE /crm/v8/Deals/{}
        Notes().create_notes(None)  # ~> POST /crm/v8/Notes
        return me

    def params(self):
        return {}.get("records")


def query():
    body = BodyWrapper()
    body.set_select_query("select Email from Contacts where id > 0")
    return CoqlOperations().get_records(body)  # ~> POST /crm/v8/coql


def export(job):
    bulk_read_operations = BulkReadOperations()
    bulk_read_operations.create_bulk_read_job(job)  # ~> POST /crm/bulk/v8/read
    return bulk_read_operations.get_bulk_read_job_details(7)  # ~> GET /crm/bulk/v8/read/{}


def tag(module, ids):
    ops = TagsOperations()
    ops.add_tags_to_multiple_records(module, ids)  # ~> POST /crm/v8/Leads/actions/add_tags


tag("Leads", [1])
