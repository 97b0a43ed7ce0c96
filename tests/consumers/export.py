"""Exported policies on the engines that they are for, held row by row against what `zscope audit` says.

    export.py write  FOLDER ZSCOPE ENGINE:COUNT...    writes scripts, and what has to come out
    export.py ENGINE FOLDER MOST                      runs the scripts of the first MOST folders

FOLDER has a folder for each policy, as the test `material_for_engines_is_written` writes them.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

AS_OF = "2026-11-27"
# Of a row the grant and the scope, and what is said of them; the codes of rules come last.
COLUMNS = ["grant_id", "app", "scope", "verdict", "decided_by", "place", "deciders", "rules"]
JOINED = "concat_ws('|', {})"


def folders(folder, most):
    numbered = (path for path in folder.iterdir() if path.name.isdigit())
    return sorted(numbered, key=lambda path: int(path.name))[:most]


def statements(script):
    """The statements of a script; no text in it ends a line with a semicolon."""
    code = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return [part.strip() for part in code.split(";\n") if part.strip()]


def lines(path):
    with open(path, encoding="utf-8") as text:
        return [json.loads(line) for line in text]


# Writing.


def zscope(program, folder, *args):
    ran = subprocess.run([program, *args, "--as-of", AS_OF], cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode not in (0, 1):
        sys.exit(f"export: {folder}: {' '.join(args)}: {ran.returncode}: {ran.stderr}")
    return ran.stdout


def expect(program, folder, rules):
    """Each text once for each application, as an audit judges it: the JSON says which entries decided, the rows of
    NDJSON which rules speak."""
    audit = ["audit", "cells.ndjson", "--select", rules, "--format"]
    whole = json.loads(zscope(program, folder, *audit, "json"))
    rows = [json.loads(row) for row in zscope(program, folder, *audit, "ndjson").splitlines()]
    rows = [row for row in rows if row["type"] == "scope"]
    assert len(whole["scopes"]) == len(rows) > 0, f"{folder}: {len(whole['scopes'])} and {len(rows)} scopes"
    said = {}
    for judged, row in zip(whole["scopes"], rows):
        assert judged["written"] == row["written"] and judged["verdict"] == row["verdict"]
        codes = set()
        for finding in row["findings"]:
            for part in [finding, *finding["absorbed"]]:
                # A name that is near to a known one is a note, of which scripts do not speak.
                if not (part["rule"] == "unknown-scope" and row["known"]):
                    codes.add(part["code"])
        deciders = judged["decided_by"]
        where = deciders[0]["location"] if deciders else None
        said[(judged["app"] or "", judged["written"])] = "|".join([
            judged["written"] if judged["scope"] else "(no scope)",
            judged["verdict"],
            "; ".join(decider["entry"] for decider in deciders),
            f"{where['path']}:{where['line']}" if where else "",
            str(judged["deciders"]),
            # What a waiver accepts is not among the findings of a row.
            "*" if row["waivers"] else " ".join(sorted(codes)),
        ])
    with open(folder / "asked.tsv", encoding="utf-8") as asked, open(folder / "expected.txt", "w", encoding="utf-8") as out:
        for line in asked:
            grant, app, text = line.rstrip("\n").split("\t")
            out.write(f"{grant}|{app}|{said[(app, text)]}\n")


def write(folder, program, wanted):
    rules = (folder / "rules.txt").read_text()

    def one(number, path):
        expect(program, path, rules)
        for engine, count in wanted.items():
            if number < count:
                form = ["--format", "rego"] if engine == "rego" else ["--format", "sql", "--dialect", engine]
                (path / f"{engine}.script").write_text(zscope(program, path, "policy", "export", *form))

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(one, number, path) for number, path in enumerate(folders(folder, 1 << 30))]:
            done.result()
    print(f"export: scripts and what zscope audit says are written ({time.monotonic() - began:.0f} s)")


# Running.


class DuckDb:
    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()

    def rows(self, folder):
        connection = self.connection
        connection.execute(f"CREATE OR REPLACE TABLE grants AS FROM read_json('{folder}/grants.ndjson', columns = "
                           "{grant_id: 'VARCHAR', client: 'VARCHAR', scope: 'VARCHAR'})")
        connection.execute((folder / "duckdb.script").read_text())
        texts = ", ".join(f"coalesce({column}::VARCHAR, '')" for column in COLUMNS)
        return [row for (row,) in connection.execute(f"SELECT {JOINED.format(texts)} FROM zscope_verdicts").fetchall()]


class Postgres:
    """The connection is in the environment, as psql reads it."""

    def rows(self, folder):
        copied = "\n".join("\t".join([g["grant_id"], g["client"], g["scope"]]) for g in lines(folder / "grants.ndjson"))
        texts = ", ".join(f"coalesce({column}::text, '')" for column in COLUMNS)
        script = (
            "CREATE TEMPORARY TABLE grants (grant_id TEXT, client TEXT, scope TEXT);\n"
            f"COPY grants FROM STDIN;\n{copied}\n\\.\n"
            + (folder / "postgres.script").read_text()
            + f"\n\\echo rows\nSELECT {JOINED.format(texts)} FROM zscope_verdicts;\n"
        )
        command = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        ran = subprocess.run(command, input=script, text=True, capture_output=True, check=False)
        if ran.returncode:
            sys.exit(f"export: postgres: {ran.stderr}")
        return ran.stdout.split("\nrows\n")[1].splitlines()


class Spark:
    def __init__(self):
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.bindAddress", "127.0.0.1")
        self.spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        self.spark.sparkContext.setLogLevel("ERROR")

    def rows(self, folder):
        spark = self.spark
        schema = "grant_id STRING, client STRING, scope STRING"
        spark.read.schema(schema).json(str(folder / "grants.ndjson")).createOrReplaceTempView("grants")
        spark.catalog.clearCache()
        for statement in statements((folder / "spark.script").read_text()):
            spark.sql(statement)
        texts = ", ".join(f"coalesce(string({column}), '')" for column in COLUMNS)
        return [row for (row,) in spark.sql(f"SELECT {JOINED.format(texts)} FROM zscope_verdicts").collect()]


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
        for statement in statements((folder / "clickhouse.script").read_text()):
            session.query(statement)
        texts = ", ".join(f"coalesce(toString({column}), '')" for column in COLUMNS)
        found = str(session.query(f"SELECT {JOINED.format(texts)} FROM zscope_verdicts", "JSONCompactEachRow"))
        return [json.loads(line)[0] for line in found.splitlines()]


class BigQuery:
    """Nothing runs it here: every statement is parsed."""

    def rows(self, folder):
        import sqlglot

        for statement in statements((folder / "bigquery.script").read_text()):
            sqlglot.parse_one(statement, dialect="bigquery")
        return None


class Opa:
    def rows(self, folder):
        given = folder / "input.json"
        given.write_text(json.dumps({"grants": lines(folder / "grants.ndjson")}))
        command = ["opa", "eval", "-d", folder / "rego.script", "-i", given, "data.zscope.verdicts"]
        answer = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        found = answer["result"][0]["expressions"][0]["value"]
        return ["|".join(str(row[column] or "") for column in COLUMNS) for row in found]


ENGINES = {
    "duckdb": DuckDb,
    "postgres": Postgres,
    "spark": Spark,
    "clickhouse": ClickHouse,
    "bigquery": BigQuery,
    "rego": Opa,
}


def differing(said, expected):
    """The rows that are another, or missing. Of what a waiver accepts, the rules are not compared."""
    waived = {row[:-1] for row in expected if row.endswith("|*")}
    more = [row for row in said if row not in expected and row[: row.rfind("|") + 1] not in waived]
    shortened = {row[: row.rfind("|") + 1] for row in said}
    less = [row for row in expected if row not in said and not (row.endswith("|*") and row[:-1] in shortened)]
    return more + less


def run(name, folder, most):
    engine, count, began = ENGINES[name](), 0, time.monotonic()
    policies = folders(folder, most)
    for policy in policies:
        rows = engine.rows(policy)
        if rows is None:
            continue
        expected = (policy / "expected.txt").read_text(encoding="utf-8").splitlines()
        wrong = differing(set(rows), set(expected))
        if wrong or len(rows) != len(expected) or not rows:
            shown = "\n".join(wrong[:6])
            sys.exit(f"export: {name}: {policy}: {len(rows)} rows, not {len(expected)}; {len(wrong)} differ:\n{shown}")
        count += len(rows)
    took = time.monotonic() - began
    if count:
        print(f"export: {name}: {count} rows of {len(policies)} files are what zscope audit says ({took:.0f} s)")
    else:
        print(f"export: {name}: the scripts of {len(policies)} files are parsed, and not run ({took:.0f} s)")


def main():
    first, folder, *rest = sys.argv[1:]
    folder = pathlib.Path(folder).resolve()
    if first == "write":
        wanted = dict(word.split(":") for word in rest[1:])
        write(folder, rest[0], {engine: int(count) for engine, count in wanted.items()})
    else:
        run(first, folder, int(rest[0]))


main()
