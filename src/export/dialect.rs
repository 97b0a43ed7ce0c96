//! How engines write what they all can do: the one place where they differ.

/// An engine's SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `DuckDB`
    Duckdb,
    /// `PostgreSQL`
    Postgres,
    /// Spark SQL, from 4.1 on: it walks with a recursive query
    Spark,
    /// `BigQuery`, as a script of several statements
    Bigquery,
    /// `ClickHouse`, from 24.4 on
    Clickhouse,
}

use Dialect::{Bigquery, Clickhouse, Duckdb, Postgres, Spark};

impl Dialect {
    /// All.
    pub const ALL: [Self; 5] = [Duckdb, Postgres, Spark, Bigquery, Clickhouse];

    /// The name by which it is chosen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Duckdb => "duckdb",
            Postgres => "postgres",
            Spark => "spark",
            Bigquery => "bigquery",
            Clickhouse => "clickhouse",
        }
    }

    /// What has to be said once.
    pub(super) fn head(self) -> &'static str {
        match self {
            Duckdb | Postgres | Bigquery => "",
            Spark => "SET spark.sql.cteRecursionLevelLimit = 600;\nSET spark.sql.cteRecursionRowLimit = -1;\n",
            Clickhouse => "SET join_use_nulls = 1;\nSET max_recursive_cte_evaluation_depth = 600;\n",
        }
    }

    /// The type of a text, and that of a number.
    pub(super) fn types(self) -> [&'static str; 2] {
        match self {
            Duckdb => ["VARCHAR", "INTEGER"],
            Postgres => ["TEXT", "INTEGER"],
            Spark => ["STRING", "INT"],
            Bigquery => ["STRING", "INT64"],
            Clickhouse => ["Nullable(String)", "Int32"],
        }
    }

    /// The beginning of a statement that keeps the rows of a query under a name, for this session.
    pub(super) fn keep(self, name: &str) -> String {
        match self {
            Duckdb => format!("CREATE OR REPLACE TEMPORARY TABLE {name} AS"),
            Postgres => format!("DROP TABLE IF EXISTS pg_temp.{name};\nCREATE TEMPORARY TABLE {name} AS"),
            Spark => format!("CREATE OR REPLACE TEMPORARY VIEW {name} AS"),
            Bigquery => format!("CREATE OR REPLACE TEMP TABLE {name} AS"),
            Clickhouse => {
                format!("DROP TEMPORARY TABLE IF EXISTS {name};\nCREATE TEMPORARY TABLE {name} ENGINE = Memory AS")
            }
        }
    }

    /// What follows where rows that were kept are used often.
    pub(super) fn kept(self, name: &str) -> String {
        match self {
            Spark => format!("CACHE TABLE {name};\n"),
            _ => String::new(),
        }
    }

    /// A statement that keeps rows under a name. `columns` are names, and whether each holds a number.
    pub(super) fn rows(self, name: &str, columns: &[(&str, bool)], rows: &[Vec<String>]) -> String {
        let [text, number] = self.types();
        let of = |is_number| if is_number { number } else { text };
        let typed: Vec<String> = columns.iter().map(|(column, is)| format!("{column} {}", of(*is))).collect();
        let typed = typed.join(", ");
        if rows.is_empty() {
            let nothing: Vec<String> =
                columns.iter().map(|(column, is)| format!("CAST(NULL AS {}) AS {column}", of(*is))).collect();
            return match self {
                // Its numbers are never null.
                Clickhouse => {
                    format!(
                        "DROP TEMPORARY TABLE IF EXISTS {name};\nCREATE TEMPORARY TABLE {name} ({typed}) ENGINE = Memory;\n"
                    )
                }
                _ => {
                    format!("{} SELECT * FROM (SELECT {}) AS none WHERE 1 = 0;\n", self.keep(name), nothing.join(", "))
                }
            };
        }
        let cell = |(text, (_, is_number)): (&String, &(&str, bool))| match is_number {
            true => text.clone(),
            false => self.text(text),
        };
        let row = |row: &Vec<String>| format!("({})", row.iter().zip(columns).map(cell).collect::<Vec<_>>().join(", "));
        let values = || rows.iter().map(row).collect::<Vec<_>>().join(",\n");
        match self {
            Duckdb => {
                let values = values();
                format!("CREATE OR REPLACE TEMPORARY TABLE {name} ({typed});\nINSERT INTO {name} VALUES\n{values};\n")
            }
            Postgres => format!(
                "DROP TABLE IF EXISTS pg_temp.{name};\nCREATE TEMPORARY TABLE {name} ({typed});\nINSERT INTO {name} VALUES\n{};\n",
                values()
            ),
            Clickhouse => format!(
                "DROP TEMPORARY TABLE IF EXISTS {name};\nCREATE TEMPORARY TABLE {name} ({typed}) ENGINE = Memory;\nINSERT INTO {name} VALUES\n{};\n",
                values()
            ),
            Spark => self.lines(name, columns, rows),
            Bigquery => {
                format!("{}\nSELECT * FROM UNNEST(ARRAY<STRUCT<{typed}>>[\n{}]);\n", self.keep(name), values())
            }
        }
    }

    /// The same as one text that is split: thousands of expressions in a statement take Spark minutes.
    fn lines(self, name: &str, columns: &[(&str, bool)], rows: &[Vec<String>]) -> String {
        let line = |row: &Vec<String>| row.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join("\t");
        let lines = rows.iter().map(line).collect::<Vec<_>>().join("\n");
        let cell = |(at, (column, is_number)): (usize, &(&str, bool))| match is_number {
            true => format!("CAST(cells[{at}] AS INT) AS {column}"),
            false => format!("cells[{at}] AS {column}"),
        };
        let cells: Vec<String> = columns.iter().enumerate().map(cell).collect();
        format!(
            "{}\nSELECT {} FROM (SELECT split(line, '\\t') AS cells FROM (SELECT explode(split('{}', '\\n')) AS line) AS l) AS c;\n{}",
            self.keep(name),
            cells.join(", "),
            escaped(&lines),
            self.kept(name),
        )
    }

    /// A text.
    pub(super) fn text(self, text: &str) -> String {
        let text = plain(text);
        match self {
            Duckdb | Postgres => format!("'{}'", text.replace('\'', "''")),
            Spark | Bigquery | Clickhouse => format!("'{}'", escaped(&text)),
        }
    }

    /// A text in which everything that a regular expression matches is replaced.
    pub(super) fn replaced(self, text: &str, pattern: &str, by: &str) -> String {
        let (pattern, by) = (self.text(pattern), self.text(by));
        match self {
            Duckdb | Postgres => format!("regexp_replace({text}, {pattern}, {by}, 'g')"),
            Spark | Bigquery => format!("regexp_replace({text}, {pattern}, {by})"),
            Clickhouse => format!("replaceRegexpAll({text}, {pattern}, {by})"),
        }
    }

    /// Whether a regular expression matches somewhere in a text.
    pub(super) fn matches(self, text: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            Duckdb => format!("regexp_matches({text}, {pattern})"),
            Postgres => format!("{text} ~ {pattern}"),
            Spark => format!("{text} RLIKE {pattern}"),
            Bigquery => format!("REGEXP_CONTAINS({text}, {pattern})"),
            Clickhouse => format!("match({text}, {pattern})"),
        }
    }

    /// The pieces of a text between blanks or dots.
    pub(super) fn split(self, text: &str, at: char) -> String {
        let dot = if at == '.' { "[.]".to_owned() } else { at.to_string() };
        match self {
            Duckdb => format!("string_split({text}, '{at}')"),
            Postgres => format!("string_to_array({text}, '{at}')"),
            Spark => format!("split({text}, '{dot}')"),
            Bigquery => format!("SPLIT({text}, '{at}')"),
            Clickhouse => format!("splitByChar('{at}', assumeNotNull({text}))"),
        }
    }

    /// No pieces.
    pub(super) fn no_pieces(self) -> &'static str {
        match self {
            Duckdb => "CAST([] AS VARCHAR[])",
            Postgres => "CAST(ARRAY[] AS TEXT[])",
            Spark => "CAST(array() AS ARRAY<STRING>)",
            Bigquery => "CAST([] AS ARRAY<STRING>)",
            Clickhouse => "CAST([], 'Array(String)')",
        }
    }

    /// How many pieces there are.
    pub(super) fn count(self, pieces: &str) -> String {
        match self {
            Duckdb => format!("len({pieces})"),
            Postgres => format!("cardinality({pieces})"),
            Spark => format!("size({pieces})"),
            Bigquery => format!("ARRAY_LENGTH({pieces})"),
            Clickhouse => format!("length({pieces})"),
        }
    }

    /// The piece of a number from 1.
    pub(super) fn piece(self, pieces: &str, number: &str) -> String {
        match self {
            Duckdb | Postgres | Clickhouse => format!("{pieces}[{number}]"),
            Spark => format!("get({pieces}, {number} - 1)"),
            Bigquery => format!("{pieces}[SAFE_OFFSET({number} - 1)]"),
        }
    }

    /// A query for a column and one row for each piece of another one.
    pub(super) fn unfolded(self, column: &str, pieces: &str, name: &str, from: &str) -> String {
        match self {
            Duckdb | Postgres => format!("SELECT {column}, unnest({pieces}) AS {name} FROM {from}"),
            Spark => format!("SELECT {column}, explode({pieces}) AS {name} FROM {from}"),
            Bigquery => format!("SELECT {column}, {name} FROM {from}, UNNEST({pieces}) AS {name}"),
            Clickhouse => format!("SELECT {column}, arrayJoin({pieces}) AS {name} FROM {from}"),
        }
    }

    /// How many bytes a text has.
    pub(super) fn bytes(self, text: &str) -> String {
        match self {
            Duckdb => format!("strlen({text})"),
            Postgres | Spark => format!("octet_length({text})"),
            Bigquery => format!("BYTE_LENGTH({text})"),
            Clickhouse => format!("length({text})"),
        }
    }

    /// The day that it is, as a text.
    pub(super) fn today(self) -> &'static str {
        match self {
            Duckdb => "CAST(current_date AS VARCHAR)",
            Postgres => "CAST(CURRENT_DATE AS TEXT)",
            Spark => "CAST(current_date() AS STRING)",
            Bigquery => "CAST(CURRENT_DATE() AS STRING)",
            Clickhouse => "toString(today())",
        }
    }

    /// A number as one of the type that tables have.
    pub(super) fn number(self, number: &str) -> String {
        format!("CAST({number} AS {})", self.types()[1])
    }

    /// How the script is run, for people.
    pub(super) fn how(self) -> &'static str {
        match self {
            Duckdb => "duckdb grants.db -f zscope.sql",
            Postgres => "psql -f zscope.sql",
            Spark => "spark-sql -f zscope.sql",
            Bigquery => "bq query --use_legacy_sql=false < zscope.sql",
            Clickhouse => "clickhouse client --queries-file zscope.sql",
        }
    }
}

/// A text that stands in one cell of one line.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A text between quotes, where a backslash escapes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}
