//! Calls in source code: addresses, operations of SDKs, tasks of Deluge, tools of MCP servers.

mod code;
mod deluge;
mod functions;
mod literal;
mod sdk;
mod sites;
mod tables;
mod tools;
mod values;
mod zoho;

pub(super) use code::Language;
pub(super) use tools::of_json;
pub(super) use zoho::Zoho;

use std::collections::BTreeSet;

use code::Code;
use values::Values;

use super::curl;
use super::seen::{SeenCall, SeenCalls};
use crate::text::{Source, SourceId};

/// Finds the calls of a file of source code.
pub(super) fn find(id: SourceId, source: &Source, language: Language, zoho: &Zoho<'_>) -> SeenCalls {
    let code = Code::new(source.text(), language);
    let values = Values::new(&code);
    if language == Language::Deluge {
        return deluge::find(id, &code, &values, zoho);
    }
    let functions = functions::functions(&code);
    let mut seen = sdk::find(id, &code, &values, &functions);
    if language == Language::Shell {
        let none = BTreeSet::new();
        let known = |call: &SeenCall| zoho.certainty(call.method, &call.url, &none).is_some();
        curl::read(id, source.text()).calls.into_iter().filter(known).for_each(|call| seen.add(call));
    } else {
        seen.append(literal::find(id, &code, &values, functions, zoho));
    }
    tools::of_code(id, &code, zoho, &mut seen);
    seen
}
