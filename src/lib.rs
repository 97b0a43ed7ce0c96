pub mod access;
pub mod catalog;
pub mod finding;
pub mod input;
pub mod scope;
pub mod source;
pub mod yaml;
