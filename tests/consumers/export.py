"""Runs exported policies on an engine and holds every row against what zscope's audit says.

    export.py ENGINE FOLDER [MOST]

FOLDER has a folder for each policy, as the test `material_for_engines_is_written` writes them.
"""

import json
import pathlib
import subprocess
import sys
import time

COLUMNS = "grant_id, app, scope, verdict, decided_by, place, rules, deciders"


def statements(script):
    """The statements of a script; no text in it ends a line with a semicolon."""
    code = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return [part.strip() for part in code.split(";\n") if part.strip()]


def grants(folder):
    with open(folder / "grants.ndjson", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def shown(rows):
    return {"|".join("" if value is None else str(value) for value in row) for row in rows}


class DuckDb:
    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()

    def rows(self, folder):
        connection = self.connection
        connection.execute(f"CREATE OR REPLACE TABLE grants AS FROM read_json('{folder}/grants.ndjson', columns = "
                           "{grant_id: 'VARCHAR', client: 'VARCHAR', scope: 'VARCHAR'})")
        connection.execute((folder / "duckdb.sql").read_text())
        return connection.execute(f"SELECT {COLUMNS} FROM zscope_verdicts").fetchall()


class Postgres:
    """The connection is in the environment, as psql reads it."""

    def rows(self, folder):
        copied = "\n".join("\t".join([g["grant_id"], g["client"], g["scope"]]) for g in grants(folder))
        texts = ", ".join(f"coalesce({column}::text, '')" for column in COLUMNS.split(", "))
        script = (
            "CREATE TEMPORARY TABLE grants (grant_id TEXT, client TEXT, scope TEXT);\n"
            f"COPY grants FROM STDIN;\n{copied}\n\\.\n"
            + (folder / "postgres.sql").read_text()
            + f"\n\\echo rows\nSELECT concat_ws('|', {texts}) FROM zscope_verdicts;\n"
        )
        ran = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"], input=script, text=True, capture_output=True, check=False
        )
        if ran.returncode:
            sys.exit(f"export: postgres: {ran.stderr}")
        return [line.split("|") for line in ran.stdout.split("\nrows\n")[1].splitlines()]


class Spark:
    def __init__(self):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.bindAddress", "127.0.0.1")
        self.spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        self.spark.sparkContext.setLogLevel("ERROR")

    def rows(self, folder):
        spark = self.spark
        spark.read.schema("grant_id STRING, client STRING, scope STRING").json(
            str(folder / "grants.ndjson")
        ).createOrReplaceTempView("grants")
        spark.catalog.clearCache()
        for statement in statements((folder / "spark.sql").read_text()):
            spark.sql(statement)
        return [tuple(row) for row in spark.sql(f"SELECT {COLUMNS} FROM zscope_verdicts").collect()]


class ClickHouse:
    def __init__(self):
        from chdb.session import Session

        self.session = Session()

    def rows(self, folder):
        session = self.session
        session.query("DROP TABLE IF EXISTS grants")
        session.query("CREATE TEMPORARY TABLE grants (grant_id String, client String, scope String) ENGINE = Memory")
        session.query(f"INSERT INTO grants SELECT * FROM file('{folder}/grants.ndjson', JSONEachRow, "
                      "'grant_id String, client String, scope String')")
        for statement in statements((folder / "clickhouse.sql").read_text()):
            session.query(statement)
        found = str(session.query(f"SELECT {COLUMNS} FROM zscope_verdicts", "JSONCompactEachRow"))
        return [json.loads(line) for line in found.splitlines()]


class BigQuery:
    """Nothing runs it here: every statement is parsed."""

    def rows(self, folder):
        import sqlglot

        for statement in statements((folder / "bigquery.sql").read_text()):
            sqlglot.parse_one(statement, dialect="bigquery")
        return None


class Opa:
    def rows(self, folder):
        given = folder / "input.json"
        given.write_text(json.dumps({"grants": grants(folder)}))
        command = ["opa", "eval", "-d", folder / "policy.rego", "-i", given, "data.zscope.verdicts"]
        answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        keys = COLUMNS.split(", ")
        return [[row[key] for key in keys] for row in answer["result"][0]["expressions"][0]["value"]]


ENGINES = {
    "duckdb": DuckDb,
    "postgres": Postgres,
    "spark": Spark,
    "clickhouse": ClickHouse,
    "bigquery": BigQuery,
    "opa": Opa,
}


def main():
    name, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 30
    engine, count, began = ENGINES[name](), 0, time.monotonic()
    policies = sorted(folder.iterdir(), key=lambda path: int(path.name))[:most]
    for policy in policies:
        rows = engine.rows(policy)
        if rows is None:
            continue
        expected = set((policy / "expected.txt").read_text().splitlines())
        said = shown(rows)
        if said != expected or not said:
            differ = sorted(said ^ expected)
            sys.exit(f"export: {name}: {policy}: {len(differ)} rows differ, such as\n" + "\n".join(differ[:6]))
        count += len(said)
    took = time.monotonic() - began
    if count:
        print(f"export: {name}: {count} rows of {len(policies)} policies are what zscope audit says ({took:.1f} s)")
    else:
        print(f"export: {name}: the scripts of {len(policies)} policies are parsed, and not run ({took:.1f} s)")


main()
