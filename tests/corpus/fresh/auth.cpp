#include "auth.hpp"
namespace zoho {
constexpr std::string_view kScopes[] = {"ZohoCreator.report.READ", "ZohoCreator.form.CREATE"};
const std::string url = "https://accounts.zoho.in/oauth/v2/auth"
                        "?scope=ZohoCreator.meta.form.READ"
                        "&client_id=" + id;
bool wide(std::string_view s) { return s == "ZohoCreator.report.ALL"; }
ZohoCreator::Report read;
}
