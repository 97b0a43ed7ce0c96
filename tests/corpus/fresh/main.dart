import 'package:flutter_appauth/flutter_appauth.dart';

class ZohoAuth {
  static const _scopes = <String>[
    'ZohoCRM.modules.contacts.READ',
    'ZohoCRM.coql.READ', // was ZohoCRM.modules.ALL
    // 'ZohoCRM.settings.ALL',
  ];
  bool canWrite(Set<String> held) => held.contains('ZohoCRM.modules.contacts.UPDATE');
  Future<void> login() => appAuth.authorizeAndExchangeCode(
        AuthorizationTokenRequest(clientId, redirect, scopes: ['ZohoMail.messages.READ', ..._scopes]));
}
