package zohocrm.services.Create;

import com.zohocrm.entity.Contact;
import com.zoho.crm.api.record.RecordOperations;
import zohocrm.repositories.Read;
import com.acme.helpdesk.tickets.Update;

public class Auth {
    static final String SCOPES = "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL," +
        "ZohoCRM.users.READ,ZohoCRM.org.READ";
    public String scopes = "Aaaserver.profile.Read,ZohoCRM.modules.leads.READ,ZohoCRM.notifications.ALL";
    void go() throws Exception {
        com.zoho.crm.ZohoCRM.Record.Delete(1);
        ZohoCreator.getString.read(node);
        headers.set("scope", "ZohoCreator.form.CREATE");
        builder.scope("ZohoPeople.forms.READ").scope("ZOHOPEOPLE.leave.READ");
        new ZohoCRM.Initializer.Create();
        String name = String.format("ZohoCRM.modules.%s.READ", module);
    }
}
