-module(zoho_scopes).
-export([all/0]).
-define(SCOPE, "ZohoPeople.forms.READ").
%% "ZohoPeople.forms.ALL" is more than we need
all() -> [<<"ZohoPeople.leave.READ">>, ?SCOPE].
