pub mod finding;
pub mod input;
pub mod policy;
pub mod scope;
pub mod source;
pub mod yaml;
