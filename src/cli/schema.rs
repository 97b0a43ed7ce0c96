//! `zscope schema`: the JSON Schemas of the files that users write, for editors and checks.

use clap::Subcommand;

use super::Outcome;
use super::error::CommandError;
use crate::catalog::Catalog;
use crate::rules;

const INVENTORY: &str = include_str!("../../schemas/inventory.schema.json");
const INVENTORY_EXAMPLE: &str = include_str!("../../schemas/inventory.example.yaml");
const POLICY: &str = include_str!("../../schemas/policy.schema.json");

/// What stands in the schema for the name or code of any rule.
const ANY_RULE: &str = r#""pattern": "^([a-z][a-z0-9-]*|ZS[0-9]{3})$""#;

/// What stands in the schema before what an entry may be.
const PATTERNS: &str =
    r#""description": "A scope, or a pattern: * is one part, ** any number of parts, {a,b} either","#;

/// Arguments of `zscope schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    file: File,
}

const EXAMPLES: &str = "\
Examples:
  zscope schema policy > policy.schema.json
  zscope schema inventory --example > inventory.yaml

An editor takes a schema from a comment on the first line of the file:
  # yaml-language-server: $schema=policy.schema.json";

#[derive(Debug, Subcommand)]
enum File {
    /// Print the JSON Schema (draft 2020-12) of policies
    Policy,
    /// Print the JSON Schema (draft 2020-12) of inventories, which `zscope audit --live` reads
    Inventory {
        /// Print an inventory with comments instead, to begin with
        #[arg(long)]
        example: bool,
    },
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    match args.file {
        File::Policy => super::print(&policy_schema()),
        File::Inventory { example: false } => super::print(INVENTORY),
        File::Inventory { example: true } => super::print(INVENTORY_EXAMPLE),
    }?;
    Ok(Outcome::Clean)
}

/// The schema of policies with what this build knows: the rules by name and code, and the services for editors to offer.
fn policy_schema() -> String {
    let rules = rules::infos();
    let names: Vec<&str> = rules.iter().map(|rule| rule.name).chain(rules.iter().map(|rule| rule.code)).collect();
    let catalog = Catalog::embedded();
    let services: Vec<String> = catalog.names().map(|name| format!("{name}.**")).collect();
    POLICY
        .replace(ANY_RULE, &format!("\"enum\": {}", serde_json::json!(names)))
        .replace(PATTERNS, &format!("{PATTERNS} \"examples\": {},", serde_json::json!(services)))
}
