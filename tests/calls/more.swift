import Foundation

struct People {
    let base = "https://people.zoho.com/people/api"

    func forms() {
        var request = URLRequest(url: URL(string: "\(base)/forms")!) // ~> GET /people/api/forms
        request.httpMethod = "GET"
        URLSession.shared.dataTask(with: request)
    }

    func leave(id: String) {
        var request = URLRequest(url: URL(string: "https://people.zoho.com/people/api/leave/\(id)/cancel")!) // ~> PATCH /people/api/leave/{}/cancel
        request.httpMethod = "PATCH"
        print("https://people.zoho.com/people/api/attendance")
    }
}
