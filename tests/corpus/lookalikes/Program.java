// generated calls of the wrapper
class P {
  void m0() { ZohoCRM.Record.Delete(0); }
  void m1() { ZohoBooks.Invoice.Create(1); }
  void m2() { ZohoDesk.Client.Update(2); }
  void m3() { zohocrm.client.read(3); }
  void m4() { zohoBooks.api.create(4); }
  void m5() { ZohoMail.Folder.Delete(5); }
  void m6() { ZohoSign.Document.Create(6); }
  void m7() { ZohoPeople.Form.Update(7); }
  void m8() { ZohoCreator.Form.Read(8); }
  void m9() { ZohoProjects.Task.Create(9); }
  void m10() { ZohoSDK.Client.Create(10); }
  void m11() { ZohoRecruit.Candidate.Update(11); }
  import ZohoCRM.Record.Delete;
  import ZohoBooks.Invoice.Create;
  import ZohoDesk.Client.Update;
  import zohocrm.client.read;
  import zohoBooks.api.create;
  import ZohoMail.Folder.Delete;
  import ZohoSign.Document.Create;
  import ZohoPeople.Form.Update;
  import ZohoCreator.Form.Read;
  import ZohoProjects.Task.Create;
  import ZohoSDK.Client.Create;
  import ZohoRecruit.Candidate.Update;
}
