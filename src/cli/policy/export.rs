//! `zscope policy export`: the policy as a script for other engines.

use clap::ValueEnum;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::setup::{Basis, Ready};
use crate::export::{self, Dialect};
use crate::review::Review;

/// Arguments of `zscope policy export`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    basis: Basis,

    /// What is written
    #[arg(long, value_name = "FORMAT", value_enum)]
    format: Target,

    /// Engine that the SQL is for
    #[arg(long, value_name = "ENGINE", value_enum, required_if_eq("format", "sql"))]
    dialect: Option<Engine>,

    /// Table or view that holds the grants
    #[arg(long, value_name = "NAME", default_value = "grants", value_parser = parse_table)]
    table: String,
}

/// What a policy is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// A script for a database or a warehouse
    Sql,
    /// A module for Open Policy Agent and its like
    Rego,
}

/// The engines that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// `DuckDB`
    Duckdb,
    /// `PostgreSQL`
    Postgres,
    /// Spark SQL 4.1 or later
    Spark,
    /// `BigQuery`
    Bigquery,
    /// `ClickHouse` 24.4 or later
    Clickhouse,
}

impl Engine {
    fn dialect(self) -> Dialect {
        match self {
            Self::Duckdb => Dialect::Duckdb,
            Self::Postgres => Dialect::Postgres,
            Self::Spark => Dialect::Spark,
            Self::Bigquery => Dialect::Bigquery,
            Self::Clickhouse => Dialect::Clickhouse,
        }
    }
}

const EXAMPLES: &str = "\
What it holds: every app's verdict on every scope, names beyond the catalog included, as a table that is walked part by
part. The script judges each list and each scope once and joins the answers to the grants. It reads a table with the
columns grant_id, client (a client id or the name of an app) and scope (the list that the token holds), and leaves
zscope_verdicts (a row for each grant and scope: verdict, deciding entries, codes of the rules on single scopes) and
zscope_summary. Rules on whole lists, on data centres and on clients are left to `zscope audit`. Without --as-of the
script judges for the day on which it runs.

On each engine:
  zscope policy export --format sql --dialect duckdb > zscope.sql
    duckdb -c \"CREATE VIEW grants AS SELECT id AS grant_id, client_id AS client, scope FROM 'grants.parquet'\" \\
      -f zscope.sql -c \"FROM zscope_verdicts\"
    JSON lines: read_json('grants.ndjson') in the place of 'grants.parquet'
  zscope policy export --format sql --dialect postgres | psql -f -
    JSON: CREATE VIEW grants AS SELECT doc->>'id' AS grant_id, doc->>'client_id' AS client, doc->>'scope' AS scope FROM docs
  zscope policy export --format sql --dialect spark > zscope.sql; spark-sql -f zscope.sql
    CREATE TEMPORARY VIEW grants AS SELECT id AS grant_id, client_id AS client, scope FROM json.`grants.ndjson`
  zscope policy export --format sql --dialect bigquery --table audit.grants | bq query --use_legacy_sql=false
  zscope policy export --format sql --dialect clickhouse > zscope.sql; clickhouse client --queries-file zscope.sql
    CREATE VIEW grants AS SELECT id AS grant_id, client_id AS client, scope FROM file('grants.ndjson')
  zscope policy export --format rego > zscope.rego; opa eval -d zscope.rego -i grants.json data.zscope.verdicts
    grants.json: {\"grants\": [{\"grant_id\": \"1\", \"client\": \"invoice-sync\", \"scope\": \"ZohoBooks.invoices.READ\"}]}

Exit codes: 0 written, 2 wrong usage, policy or catalog";

/// A name as it stands in a query: words with dots between them, nothing that could end there.
fn parse_table(text: &str) -> Result<String, String> {
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let bare = text.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(text);
    if bare.split('.').all(is_name) {
        Ok(text.to_owned())
    } else {
        Err("write the name of a table, such as `audit.grants`".to_owned())
    }
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let Ready { policy, catalog, as_of, .. } = args.basis.prepare()?;
    let review = Review::new(&catalog, &policy, as_of);
    let decisions = export::decisions(&review);
    let about = [
        format!("{}, written by zscope {}", policy.origin.label, env!("CARGO_PKG_VERSION")),
        format!("Policy {}, catalog {}", policy.origin.digest, catalog.digest()),
    ];
    let (app, as_of) = (args.basis.app.as_deref(), args.basis.as_of);
    let text = match (args.format, args.dialect) {
        (Target::Sql, Some(engine)) => export::sql(
            &decisions,
            &export::Options { dialect: engine.dialect(), grants: &args.table, app, as_of, about: &about },
        ),
        _ => export::rego(&decisions, &export::About { app, as_of, lines: &about }),
    };
    crate::cli::print(&text)?;
    Ok(Outcome::Clean)
}
