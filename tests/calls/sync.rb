require "net/http"
require "httparty"
require "faraday"
require "ZOHOCRMSDK8_0"

class Sync
  BASE = "https://www.zohoapis.eu/recruit/v2"

  def candidates
    HTTParty.get("#{BASE}/Candidates", headers: headers) # ~> GET /recruit/v2/Candidates
  end

  def create(data)
    HTTParty.post("#{BASE}/Candidates", body: data.to_json) # ~> POST /recruit/v2/Candidates
  end

  def remove(id)
    RestClient.delete("#{BASE}/Candidates/#{id}") # ~> DELETE /recruit/v2/Candidates/{}
  end

  # HTTParty.get("#{BASE}/JobOpenings")
  def low(id)
    uri = URI("https://www.zohoapis.eu/crm/v8/Leads/#{id}")
    request = Net::HTTP::Put.new(uri) # ~> PUT /crm/v8/Leads/{}
    puts "PUT https://www.zohoapis.eu/crm/v8/Leads"
    request
  end

  def conn
    @conn ||= Faraday.new(url: "https://www.zohoapis.eu")
  end

  def deals
    conn = Faraday.new(url: "https://www.zohoapis.eu/crm/v8")
    conn.get("Deals") # ~> GET /crm/v8/Deals
  end

  def sdk
    record_operations = ZOHOCRMSDK::Record::RecordOperations.new("Leads")
    record_operations.get_records(nil, nil) # ~> GET /crm/v8/Leads
    roles = ZOHOCRMSDK::Roles::RolesOperations.new
    roles.get_roles # ~> GET /crm/v8/settings/roles
    Own::Record::RecordOperations.new("Leads").get_records
  end

  def other
    HTTParty.get("https://api.github.com/crm/v8/Leads")
    Net::HTTP.get(URI("https://people.zoho.eu/people/api/forms")) # ~> GET /people/api/forms
  end
end
