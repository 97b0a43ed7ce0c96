{ pkgs }: pkgs.mkShell {
  ZOHO_SCOPE = "ZohoSheet.dataAPI.READ,ZohoSheet.dataAPI.UPDATE";
  # not ZohoSheet.dataAPI.ALL
  shellHook = ''
    export ZOHO_MAIL_SCOPE=ZohoMail.folders.READ
  '';
}
