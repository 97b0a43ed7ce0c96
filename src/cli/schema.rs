//! `zscope schema`: the JSON Schemas of the files that users write, for editors and checks.

use clap::Subcommand;

use super::Outcome;
use super::error::CommandError;

const INVENTORY: &str = include_str!("../../schemas/inventory.schema.json");
const INVENTORY_EXAMPLE: &str = include_str!("../../schemas/inventory.example.yaml");
const POLICY: &str = include_str!("../../schemas/policy.schema.json");

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
    super::print(match args.file {
        File::Policy => POLICY,
        File::Inventory { example: false } => INVENTORY,
        File::Inventory { example: true } => INVENTORY_EXAMPLE,
    })?;
    Ok(Outcome::Clean)
}
