//! Records of browsers and proxies: HAR.

use super::body;
use super::json::Json;
use super::seen::{Certainty, Method, SeenCall, SeenCalls, Via};

/// Reads every request of a record.
pub(super) fn read(root: Json<'_>) -> SeenCalls {
    let mut seen = SeenCalls::default();
    let entries = root.get("log").and_then(|log| log.get("entries"));
    for entry in entries.map(Json::items).unwrap_or_default() {
        let request = entry.get("request").map(Json::members).unwrap_or_default();
        let text = |name: &str| request.get(name).and_then(|value| value.text());
        let (Some(url), Some(address)) = (text("url"), request.get("url")) else {
            seen.leave(entry.place(), "an entry without the address of its request");
            continue;
        };
        if !url.starts_with("http") {
            // `data:`, `blob:`, extensions of the browser.
            continue;
        }
        let method = text("method").and_then(|method| Method::named(&method));
        let mut call = SeenCall::new(method, url, address.place(), Certainty::Proven, Via::Har);
        let sent = request.get("postData").and_then(|data| data.get("text")).and_then(Json::text);
        let inner = body::read(&mut call, sent.as_deref().unwrap_or(""));
        seen.add(call);
        inner.into_iter().for_each(|call| seen.add(call));
    }
    seen
}
