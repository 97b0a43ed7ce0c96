enum Zoho {
    static let scopes: [String] = ["ZohoMeeting.meeting.READ", "ZohoMeeting.meeting.CREATE"]
    static let url = "https://accounts.zoho.com/oauth/v2/auth?response_type=code&scope=AaaServer.profile.READ&client_id=1"
    // let all = "ZohoMeeting.meeting.ALL"
    static func title(_ s: String) -> String {
        switch s { case "ZohoMeeting.meeting.READ": return "Meetings"; default: return s }
    }
}
