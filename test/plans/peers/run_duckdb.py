"""Runs a query in DuckDB."""
import duckdb

from duckdb_sql import TYPES, listed, name, sql

connection = duckdb.connect()
# Which with several threads lets a join's filter past the LIMIT below it, now and then (1.5).
connection.execute("SET disabled_optimizers = 'join_filter_pushdown'")


def run(query, given):
    for i, table in enumerate(query["tables"]):
        columns = table["columns"]
        types = ", ".join(f"{name(c['name'])} {TYPES[c['kind']]}" for c in columns)
        connection.execute(f"CREATE OR REPLACE TABLE t{i} ({types})")
        rows = [[given(cell, c["kind"]) for cell, c in zip(row, columns)] for row in table["rows"]]
        if rows:
            connection.executemany(f"INSERT INTO t{i} VALUES ({', '.join('?' * len(columns))})", rows)
    plan = query["plan"]
    return connection.execute(f"SELECT {listed(plan)} FROM ({sql(plan)})").fetchall()
