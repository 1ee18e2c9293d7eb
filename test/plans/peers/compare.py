"""Compares millrace's rows with a peer's, query by query. Not part of `npm test`: needs Python with duckdb and polars.

  npx tsx test/plans/peers/write-queries.mts 5000 1 > queries.jsonl
  python test/plans/peers/compare.py duckdb queries.jsonl

Rows are compared as multisets: peers promise no order, so the queries cut rows off only behind a sort by every column.
README.md lists what the peers do otherwise, and how the translation says what millrace does.
"""
import collections
import datetime
import json
import math
import sys

EPOCH = datetime.datetime(1970, 1, 1)


def decoded(value):
    return float(value["n"]) if set(value) == {"n"} else value


def given(cell, kind):
    if cell is None:
        return None
    if kind in ("date", "time"):
        return EPOCH + datetime.timedelta(milliseconds=cell)
    return float(cell) if kind == "float" else cell


def plain(cell, kind):
    if isinstance(cell, datetime.datetime):
        return round((cell - EPOCH) / datetime.timedelta(milliseconds=1))
    if kind in ("float", "approx") and cell is not None:
        number = float(cell)
        if math.isnan(number):
            return "NaN"
        digits = 9 if kind == "approx" else 14
        return (float(f"{number:.{digits}g}") if math.isfinite(number) else number) + 0.0
    return int(cell) if kind == "int" and cell is not None else cell


def bag(rows, columns):
    return collections.Counter(tuple(plain(c, col["kind"]) for c, col in zip(row, columns)) for row in rows)


def main(peer, path):
    run = __import__(f"run_{peer}").run
    wrong = total = 0
    for line in open(path, encoding="utf-8"):
        query = json.loads(line, object_hook=decoded)
        total += 1
        columns = query["plan"]["columns"]
        try:
            theirs = run(query, given)
            if bag(theirs, columns) == bag(query["rows"], columns):
                continue
            found = "other rows"
        except Exception as error:  # whatever the peer says is a difference to explain
            found = f"{type(error).__name__}: {str(error).splitlines()[0][:160]}"
        wrong += 1
        if wrong <= 20:
            print(f"seed {query['seed']}: {found}")
    print(f"{peer}: {total} queries, {wrong} differences")
    return 1 if wrong or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
