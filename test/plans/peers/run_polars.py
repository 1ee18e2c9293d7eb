"""Runs a query in Polars, step by step."""
import polars as pl

from polars_functions import date_functions, text_functions

TYPES = {"bool": pl.Boolean, "int": pl.Int64, "float": pl.Float64, "approx": pl.Float64, "text": pl.String,
         "date": pl.Datetime("us"), "time": pl.Datetime("us")}
COMPARE = {"eq": "__eq__", "ne": "__ne__", "lt": "__lt__", "le": "__le__", "gt": "__gt__", "ge": "__ge__"}


def compare(op, a, b, kinds):
    plain = getattr(a, COMPARE[op])(b)
    if "float" not in kinds:
        return plain
    # NaN equals nothing.
    nan = a.cast(pl.Float64).is_nan() | b.cast(pl.Float64).is_nan()
    return pl.when(a.is_null() | b.is_null()).then(None).when(nan).then(op == "ne").otherwise(plain)


def literal(value, kind, given):
    return pl.lit(given(value, kind), dtype=TYPES[kind])


def expression(e, given):
    op, extra = e["op"], e["extra"]
    if op == "col":
        return pl.col(extra[0])
    if op == "lit":
        return literal(extra[0], e["kind"], given)
    args = [expression(arg, given) for arg in e["args"]]
    kinds = [arg["kind"] for arg in e["args"]]
    a, b = args[0], args[1] if len(args) > 1 else None
    if op in COMPARE:
        return compare(op, a, b, kinds)
    if op == "between":
        return compare("ge", a, b, kinds) & compare("le", a, args[2], kinds)
    if op == "eqMissing":
        missing = a.is_null() | b.is_null()
        return pl.when(missing).then(a.is_null() & b.is_null()).otherwise(compare("eq", a, b, kinds))
    if op == "isIn":
        found = pl.lit(False)
        for value in extra[0]:
            found = found | (a == literal(value, kinds[0], given))
        return pl.when(a.is_null()).then(None).otherwise(found)
    return call(op, args, extra, kinds)


def call(op, args, extra, kinds):
    a, b = args[0], args[1] if len(args) > 1 else None
    floor = lambda: (a.cast(pl.Float64) / b).floor().cast(pl.Int64, strict=False)
    return {
        "isNull": lambda: a.is_null(), "isNotNull": lambda: a.is_not_null(), "isNaN": lambda: a.is_nan(),
        "and": lambda: a & b, "or": lambda: a | b, "xor": lambda: a != b, "not": lambda: ~a,
        "coalesce": lambda: pl.coalesce(a, b),
        "when": lambda: pl.when(a).then(b).otherwise(args[2]),
        "fillNaN": lambda: pl.when(a.is_nan()).then(b).otherwise(a),
        "add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b,
        "div": lambda: a.cast(pl.Float64) / b.cast(pl.Float64),
        "floorDiv": lambda: pl.when(b == 0).then(None).otherwise(floor()),
        "mod": lambda: pl.when(b == 0).then(None).otherwise(a - b * floor()),
        "neg": lambda: -a, "abs": lambda: a.abs(), "floor": lambda: a.floor(), "ceil": lambda: a.ceil(),
        **text_functions(args, extra, kinds), **date_functions(args, extra),
    }[op]()


def aggregate(fn, x, kind):
    nan = pl.lit(float("nan"), dtype=pl.Float64)
    return {
        "size": lambda: pl.len().cast(pl.Int64), "count": lambda: x.count().cast(pl.Int64),
        "nUnique": lambda: x.drop_nulls().n_unique().cast(pl.Int64),
        "min": lambda: x.min(), "max": lambda: x.max(), "sum": lambda: x.sum(), "mean": lambda: x.mean(),
        "median": lambda: pl.when(x.is_nan().any()).then(nan).otherwise(x.median()) if kind == "float" else x.median(),
        "any": lambda: x.any(), "all": lambda: x.all(), "first": lambda: x.first(), "last": lambda: x.last(),
    }[fn]()


def group(plan, frame, given):
    # A literal is one value to an aggregate, and a value a row in a column.
    parts = plan["aggregates"]
    made = [expression(p["argument"], given).alias(f"argument {i}") for i, p in enumerate(parts) if "argument" in p]
    frame = frame.with_columns(pl.lit(0).alias("a row")).with_columns(made)
    found = [aggregate(p["function"], pl.col(f"argument {i}"), p.get("argument", {}).get("kind")).alias(p["name"])
             for i, p in enumerate(parts)]
    return frame.group_by(plan["keys"]).agg(found) if plan["keys"] else frame.select(found)


def join(plan, left, right):
    if plan["how"] == "cross":
        return left.join(right, how="cross")
    how = "full" if plan["how"] == "outer" else plan["how"]
    coalesce = None if how in ("semi", "anti") else True
    return left.join(right, on=plan["on"], how=how, nulls_equal=plan["nullsEqual"], coalesce=coalesce)


def ordered(frame, keys):
    return frame.sort([k["name"] for k in keys], descending=[k["descending"] for k in keys],
                      nulls_last=[k["nulls"] == "last" for k in keys])


def window(one, x):
    fn, parameters = one["function"], one["parameters"]
    if fn == "rowNumber":
        return pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    if fn == "rank":
        found = x.rank(parameters["method"], descending=parameters["descending"])
        return found.cast(pl.Float64 if parameters["method"] == "average" else pl.Int64)
    if "rows" in parameters and fn == "count":
        return x.is_not_null().cast(pl.Int64).rolling_sum(parameters["rows"], min_samples=1)
    if "rows" in parameters:
        return getattr(x, f"rolling_{fn}")(parameters["rows"], min_samples=parameters["minPeriods"])
    offset = parameters.get("offset")
    made = {
        "shift": lambda: x.shift(offset, fill_value=parameters.get("fill")), "diff": lambda: x - x.shift(offset),
        "cumSum": lambda: x.cum_sum(), "cumMin": lambda: x.cum_min(), "cumMax": lambda: x.cum_max(),
        "cumCount": lambda: x.cum_count().cast(pl.Int64),
        "fillForward": lambda: x.forward_fill(parameters.get("limit")),
        "fillBackward": lambda: x.backward_fill(parameters.get("limit")),
    }
    return made[fn]() if fn in made else aggregate(fn, x, one["argument"]["kind"] if "argument" in one else None)


def windows(plan, frame, given):
    """Rows are put in the order of each function's partitions first, which no result depends on."""
    for one in plan["windows"]:
        made = expression(one["argument"], given) if "argument" in one else pl.lit(0)
        frame = ordered(frame, one["order"]).with_columns(pl.lit(0).alias("a row")).with_columns(made.alias("argument"))
        frame = frame.with_columns(window(one, pl.col("argument")).over([*one["keys"], "a row"]).alias(one["name"]))
        frame = frame.drop("a row", "argument")
    return frame


def first_rows(plan, frame, given):
    number = pl.int_range(1, pl.len() + 1).over([*plan["keys"], "a row"])
    frame = ordered(frame, plan["order"]).with_columns(pl.lit(0).alias("a row"))
    frame = frame.filter(number <= plan["rows"]).drop("a row")
    return frame.filter(expression(plan["where"], given)) if "where" in plan else frame


def pivot(plan, frame, given):
    kinds = {column["name"]: column["kind"] for column in plan["input"]["columns"]}
    on, value, keys = plan["on"], plan["values"], plan["index"]
    parts = []
    for column, wanted in zip(plan["columns"][len(keys):], plan["wanted"]):
        here = pl.when(pl.col(on) == literal(wanted, kinds[on], given)).then(pl.col(value))
        parts.append(aggregate(plan["aggregate"], here, kinds[value]).alias(column["name"]))
    return frame.group_by(keys).agg(parts) if keys else frame.select(parts)


def unpivot(plan, frame):
    variable, value = plan["variableName"], plan["valueName"]
    return pl.concat([frame.select(*plan["index"], pl.lit(one).alias(variable), pl.col(one).alias(value)) for one in plan["on"]])


def concat(plan, inputs):
    """Where an input has no such column, there are nulls."""
    wanted = {column["name"]: TYPES[column["kind"]] for column in plan["columns"]}
    return pl.concat([one.select(pl.col(c) if c in one.columns else pl.lit(None, dtype=t).alias(c) for c, t in wanted.items())
                      for one in inputs])


def unsigned_zeros(frame):
    floats = [name for name, dtype in frame.schema.items() if dtype == pl.Float64]
    return frame.with_columns(pl.when(pl.col(name) == 0.0).then(0.0).otherwise(pl.col(name)).alias(name) for name in floats)


def frame_of(plan, tables, given):
    below = lambda one: frame_of(one, tables, given)
    names = [column["name"] for column in plan["columns"]]
    step = plan["step"]
    if step == "scan":
        return tables[plan["table"]]
    if step == "concat":
        return concat(plan, [below(one) for one in plan["inputs"]])
    if step == "join":
        return join(plan, below(plan["left"]), below(plan["right"])).select(names)
    frame = below(plan["input"])
    return {
        "filter": lambda: frame.filter(expression(plan["where"], given)),
        "project": lambda: frame.with_columns(
            [expression(o["expr"], given).alias(o["name"]) for o in plan["outputs"]]).select(names),
        "group": lambda: group(plan, frame, given),
        "window": lambda: windows(plan, frame, given), "firstRows": lambda: first_rows(plan, frame, given),
        "pivot": lambda: pivot(plan, frame, given), "unpivot": lambda: unpivot(plan, frame),
        "persist": lambda: frame,
        "sort": lambda: ordered(frame, plan["keys"]),
        "topK": lambda: ordered(frame, plan["keys"]).head(plan["rows"]),
        "slice": lambda: frame.slice(plan["offset"], plan["rows"]),
        "tail": lambda: frame.tail(plan["rows"]),
        # Of -0 and 0, which are one value, 0 stays.
        "distinct": lambda: unsigned_zeros(frame).unique(keep=plan["keep"]),
        "dropNulls": lambda: frame.drop_nulls(plan["names"]),
    }[step]()


def run(query, given):
    tables = []
    for table in query["tables"]:
        columns = table["columns"]
        data = {c["name"]: [given(row[i], c["kind"]) for row in table["rows"]] for i, c in enumerate(columns)}
        tables.append(pl.DataFrame(data, schema={c["name"]: TYPES[c["kind"]] for c in columns}))
    frame = frame_of(query["plan"], tables, given)
    return frame.select([column["name"] for column in query["plan"]["columns"]]).rows()
