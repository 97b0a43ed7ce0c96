"""Runs an exported policy on DuckDB and on Spark, and `zscope audit`, over one file of grants.

    warehouse.py ZSCOPE FOLDER GRANTS        measures
    warehouse.py duckdb|spark FOLDER FILE    runs one engine
"""

import os
import pathlib
import subprocess
import sys
import time

# The generator has no ids; the made-up access tokens are different everywhere.
COLUMNS = "access_token AS grant_id, client, scope"


def duckdb_run(folder, name):
    import duckdb

    db = duckdb.connect(str(folder / "scratch.duckdb"))
    if name.endswith(".parquet"):
        source = f"'{folder / name}'"
    else:
        columns = "{access_token: 'VARCHAR', client: 'VARCHAR', scope: 'VARCHAR'}"
        source = f"read_json('{folder / name}', format = 'newline_delimited', columns = {columns})"
    db.execute(f"CREATE VIEW grants AS SELECT {COLUMNS} FROM {source}")
    db.execute((folder / "duckdb.sql").read_text())
    print(db.execute("SELECT verdict, sum(scopes) FROM zscope_summary GROUP BY verdict ORDER BY verdict").fetchall())


def spark_run(folder, name):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "8g")
    builder = builder.config("spark.sql.shuffle.partitions", "4").config("spark.driver.bindAddress", "127.0.0.1")
    spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    schema = "access_token STRING, client STRING, scope STRING"
    path = str(folder / name)
    read = spark.read.parquet(path) if name.endswith(".parquet") else spark.read.schema(schema).json(path)
    read.selectExpr(*COLUMNS.split(", ")).createOrReplaceTempView("grants")
    code = "\n".join(line for line in (folder / "spark.sql").read_text().splitlines() if not line.startswith("--"))
    for statement in (part.strip() for part in code.split(";\n")):
        if statement and not statement.startswith("SELECT * FROM zscope_summary"):
            spark.sql(statement)
    print(spark.sql("SELECT verdict, sum(scopes) FROM zscope_summary GROUP BY verdict ORDER BY verdict").collect())


def tree(root):
    """The processes below one, itself included."""
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        try:
            left += [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            pass
    return found


def measured(command, **more):
    began, peak, used = time.monotonic(), 0, {}
    ticks = os.sysconf("SC_CLK_TCK")
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    with open("/dev/null") as _:
        while child.poll() is None:
            resident = 0
            for pid in tree(child.pid):
                try:
                    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                    used[pid] = (int(fields[11]) + int(fields[12])) / ticks
                    resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
                except OSError:
                    continue
            peak = max(peak, resident)
            time.sleep(0.02)
    said, failed = child.stdout.read(), child.stderr.read()
    if child.returncode not in (0, 1, 3):
        sys.exit(f"warehouse: {command}: {child.returncode}: {failed[-2000:]}")
    return time.monotonic() - began, sum(used.values()), peak / 1e6, said.strip().splitlines()[-1:] or [""]


def main():
    if sys.argv[1] in ("duckdb", "spark"):
        run = duckdb_run if sys.argv[1] == "duckdb" else spark_run
        return run(pathlib.Path(sys.argv[2]), sys.argv[3])
    zscope, folder, grants = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    for engine in ("duckdb", "spark"):
        command = [zscope, "policy", "export", "--format", "sql", "--dialect", engine, "--policy", "zscope.yaml"]
        took, _, peak, _ = measured(["sh", "-c", '"$@" > ' + f"{engine}.sql", "sh", *command], cwd=folder)
        size = (folder / f"{engine}.sql").stat().st_size / 1e6
        print(f"warehouse: the script for {engine}: {size:.1f} MB, written in {took:.1f} s with {peak:.0f} MB")
    import duckdb

    duckdb.execute(f"COPY (FROM read_json('{folder}/grants.ndjson', format = 'newline_delimited', columns = "
                   "{access_token: 'VARCHAR', client: 'VARCHAR', scope: 'VARCHAR'})) "
                   f"TO '{folder}/grants.parquet' (FORMAT parquet)")
    sizes = ", ".join(f"{name} {(folder / name).stat().st_size / 1e6:.0f} MB" for name in ("grants.ndjson", "grants.parquet"))
    print(f"warehouse: {grants} grants: {sizes}")
    audit = [zscope, "audit", "grants.ndjson", "--policy", "zscope.yaml", "--format"]
    own = [sys.executable, __file__]
    runs = [
        ("zscope audit, figures", [*audit, "text", "--summary"]),
        ("zscope audit, every row as CSV", ["sh", "-c", '"$@" > /dev/null', "sh", *audit, "csv"]),
        ("duckdb, NDJSON", [*own, "duckdb", str(folder), "grants.ndjson"]),
        ("duckdb, Parquet", [*own, "duckdb", str(folder), "grants.parquet"]),
        ("spark, NDJSON", [*own, "spark", str(folder), "grants.ndjson"]),
        ("spark, Parquet", [*own, "spark", str(folder), "grants.parquet"]),
    ]
    base = None
    for name, command in runs:
        (folder / "scratch.duckdb").unlink(missing_ok=True)
        took, used, peak, said = measured(command, cwd=folder)
        base = base or (took, used)
        ratio = f"{base[0] / took:.2f} of its rows a second, {base[1] / used:.2f} by processor time"
        print(f"warehouse: {name}: {ratio}; {peak:.0f} MB ({took:.1f} s)  {said[-1][:160]}", flush=True)


main()
