-- ZohoCRM.modules.ALL goes
INSERT INTO apps (name, scope) VALUES ('sync', 'ZohoCRM.modules.leads.READ,ZohoCRM.users.READ');
UPDATE apps SET scope = replace(scope, 'ZohoCRM.modules.ALL', 'ZohoCRM.modules.READ');
DELETE FROM apps WHERE scope = 'ZohoBooks.fullaccess.all';
SELECT * FROM apps WHERE scope LIKE '%ZohoBooks.settings.ALL%';
INSERT INTO tokens (access_token, scope) VALUES ('1000.c865af5bddf861c5.3fdca3cf9d1f2154', 'ZohoMail.messages.ALL ZohoMail.accounts.READ');
/* ZohoMail.folders.ALL */
