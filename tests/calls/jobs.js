const request = require('request');
const got = require('got');
const $ = require('jquery');

const ENDPOINTS = {
  cliq: 'https://cliq.zoho.com/api/v2/channelsbyname/alerts/message',
  expense: 'https://www.zohoapis.com/expense/v1/expensereports', // ~> ? /expense/v1/expensereports
};

function alert(text) {
  return got.post(ENDPOINTS.cliq, { json: { text } }); // ~> POST /api/v2/channelsbyname/alerts/message
}

function reports(cb) {
  const options = {
    method: 'GET',
    url: 'https://www.zohoapis.com/expense/v1/expensereports', // ~> GET /expense/v1/expensereports
    headers: {},
  };
  request(options, cb);
}

function projects() {
  return $.ajax({
    url: 'https://projectsapi.zoho.com/restapi/portal/acme/projects/', // ~> GET /restapi/portal/acme/projects/
    type: 'GET',
  });
}

function task(id) {
  return $.get('https://projectsapi.zoho.com/restapi/portal/acme/projects/1/tasks/' + id + '/'); // ~> GET /restapi/portal/acme/projects/1/tasks/{}/
}

// got('https://www.zohoapis.com/crm/v8/Leads')
function mail(account) {
  const url = `https://mail.zoho.com/api/accounts/${account}/messages`;
  return got(url, { method: 'POST', json: {} }); // ~> POST /api/accounts/{}/messages
}

function later(account) {
  const url = `https://mail.zoho.com/api/accounts/${account}/folders`;
  return got(url); // ~> GET /api/accounts/{}/folders
}

test('it calls', () => {
  expect(spy).toHaveBeenCalledWith('https://www.zohoapis.com/crm/v8/Accounts');
});

function sheet(id) {
  var payload = { method: 'worksheet.list' };
  var response = UrlFetchApp.fetch('https://sheet.zoho.com/api/v2/' + id, { method: 'post', payload: payload }); // ~> POST /api/v2/{}
  return response;
}
