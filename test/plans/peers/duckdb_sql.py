"""A plan as DuckDB SQL. Integers are BIGINT, floats DOUBLE, text VARCHAR, dates and times TIMESTAMP."""

from duckdb_functions import date_function, quoted, text_function

TYPES = {"bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "approx": "DOUBLE", "text": "VARCHAR",
         "date": "TIMESTAMP", "time": "TIMESTAMP"}
COMPARE = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def name(text):
    return '"' + text.replace('"', '""') + '"'


def literal(value, kind):
    if value is None:
        return f"CAST(NULL AS {TYPES[kind]})"
    if kind in ("date", "time"):
        return f"make_timestamp({value * 1000}::BIGINT)"
    if kind == "text":
        return "'" + value.replace("'", "''") + "'"
    if kind == "bool":
        return "true" if value else "false"
    return f"CAST('{value}' AS {TYPES[kind]})"


def compare(op, a, b, kinds):
    plain = f"({a} {COMPARE[op]} {b})"
    if "float" not in kinds:
        return plain
    # NaN equals nothing.
    nan = " OR ".join(f"isnan({x}::DOUBLE)" for x in (a, b))
    return f"(CASE WHEN {a} IS NULL OR {b} IS NULL THEN NULL WHEN {nan} THEN {'true' if op == 'ne' else 'false'} ELSE {plain} END)"


def expression(e):
    op, extra = e["op"], e["extra"]
    if op == "col":
        return name(extra[0])
    if op == "lit":
        return literal(extra[0], e["kind"])
    args = [expression(arg) for arg in e["args"]]
    kinds = [arg["kind"] for arg in e["args"]]
    a, b = args[0], args[1] if len(args) > 1 else None
    if op in COMPARE:
        return compare(op, a, b, kinds)
    if op == "between":
        return f"({compare('ge', a, b, kinds)} AND {compare('le', a, args[2], kinds)})"
    if op == "eqMissing":
        equal = compare("eq", a, b, kinds)
        return f"(CASE WHEN {a} IS NULL OR {b} IS NULL THEN {a} IS NULL AND {b} IS NULL ELSE {equal} END)"
    if op == "isIn":
        values = ", ".join(literal(value, kinds[0]) for value in extra[0])
        return f"(CASE WHEN {a} IS NULL THEN NULL ELSE {f'{a} IN ({values})' if values else 'false'} END)"
    if op in ("isNull", "isNotNull"):
        return f"({a} IS {'NOT ' if op == 'isNotNull' else ''}NULL)"
    return text_function(op, args, extra, kinds) or date_function(op, args, extra) or arithmetic(op, args, e["kind"])


def arithmetic(op, args, kind):
    a, b = args[0], args[1] if len(args) > 1 else None
    if op in ("and", "or"):
        return f"({a} {op.upper()} {b})"
    floor = f"CAST(floor({a}::DOUBLE / {b}) AS BIGINT)"
    return {
        "xor": lambda: f"({a} <> {b})",
        "not": lambda: f"(NOT {a})",
        "isNaN": lambda: f"isnan({a})",
        "fillNaN": lambda: f"(CASE WHEN isnan({a}) THEN {b} ELSE {a} END)",
        "coalesce": lambda: f"coalesce({a}, {b})",
        "when": lambda: f"(CASE WHEN {a} THEN {b} ELSE {args[2]} END)",
        "add": lambda: f"({a} + {b})",
        "sub": lambda: f"({a} - {b})",
        "mul": lambda: f"({a} * {b})",
        "div": lambda: f"({a}::DOUBLE / {b}::DOUBLE)",
        "floorDiv": lambda: f"(CASE WHEN {b} = 0 THEN NULL ELSE {floor} END)",
        "mod": lambda: f"(CASE WHEN {b} = 0 THEN NULL ELSE {a} - {b} * {floor} END)",
        "neg": lambda: f"(- {a})",
        "abs": lambda: f"abs({a})",
        "floor": lambda: f"floor({a})",
        "ceil": lambda: f"ceil({a})",
    }[op]()


def aggregate(part):
    fn = part["function"]
    if fn == "size":
        return "count(*)"
    return aggregate_sql(fn, expression(part["argument"]), part["argument"]["kind"])


def aggregate_sql(fn, a, kind):
    if fn in ("min", "max") and kind == "float":
        # NaN counts only where there is nothing else.
        return f"coalesce({fn}({a}) FILTER (NOT isnan({a})), {fn}({a}))"
    if fn == "median" and kind == "float":
        return f"(CASE WHEN bool_or(isnan({a})) THEN 'NaN'::DOUBLE ELSE median({a}) END)"
    return {
        "count": f"count({a})", "nUnique": f"count(DISTINCT {a})", "min": f"min({a})", "max": f"max({a})",
        "sum": f"coalesce(sum({a}), 0)", "mean": f"avg({a})", "median": f"median({a})",
        "any": f"coalesce(bool_or({a}), false)", "all": f"coalesce(bool_and({a}), true)",
    }[fn]


def order(keys):
    return ", ".join(f"{name(k['name'])} {'DESC' if k['descending'] else 'ASC'} NULLS {k['nulls'].upper()}" for k in keys)


def columns(plan):
    return [column["name"] for column in plan["columns"]]


def listed(plan):
    return ", ".join(name(column) for column in columns(plan))


def join(plan):
    left, right, on, how = sql(plan["left"]), sql(plan["right"]), plan["on"], plan["how"]
    equal = "IS NOT DISTINCT FROM" if plan["nullsEqual"] else "="
    where = " AND ".join(f"l.{name(k)} {equal} r.{name(k)}" for k in on)
    if how in ("semi", "anti"):
        test = f"EXISTS (SELECT 1 FROM ({right}) r WHERE {where})"
        return f"SELECT * FROM ({left}) l WHERE {'' if how == 'semi' else 'NOT '}{test}"
    lefts = set(columns(plan["left"]))
    picked = []
    for column in columns(plan):
        c = name(column)
        side = "r" if column not in lefts else {"right": "r"}.get(how, "l") if column in on else "l"
        picked.append(f"coalesce(l.{c}, r.{c}) AS {c}" if column in on and how == "outer" else f"{side}.{c} AS {c}")
    kind = {"outer": "FULL OUTER", "cross": "CROSS"}.get(how, how.upper())
    return f"SELECT {', '.join(picked)} FROM ({left}) l {kind} JOIN ({right}) r{f' ON {where}' if on else ''}"


def project(plan, source):
    made = {output["name"]: expression(output["expr"]) for output in plan["outputs"]}
    return "SELECT " + ", ".join(f"{made.get(c, name(c))} AS {name(c)}" for c in columns(plan)) + f" FROM ({source})"


RANKS = {"min": "rank", "dense": "dense_rank"}
RUNNING = {"cumSum": "sum", "cumMin": "min", "cumMax": "max", "cumCount": "count"}


def rank(x, keys, order, parameters):
    """Nulls come last, so the others are ranked as if there were none."""
    by = f"{x} {'DESC' if parameters['descending'] else 'ASC'} NULLS LAST"
    method = parameters["method"]
    # A column that is named twice would part the rows by other windows' keys as well (DuckDB 1.5).
    ties = f"count(*) OVER (PARTITION BY {keys}{'' if x in keys.split(', ') else ', ' + x})"
    least = f"rank() OVER (PARTITION BY {keys} ORDER BY {by})"
    found = {
        "ordinal": f"row_number() OVER (PARTITION BY {keys} ORDER BY {by}, {order})",
        "max": f"({least} + {ties} - 1)", "average": f"({least} + ({ties} - 1) / 2.0)",
    }.get(method) or f"{RANKS[method]}() OVER (PARTITION BY {keys} ORDER BY {by})"
    return f"(CASE WHEN {x} IS NULL THEN NULL ELSE {found} END)"


def window(one):
    """A window function; its partition is ordered by all columns, so that all engines see one order."""
    fn, parameters, by = one["function"], one["parameters"], order(one["order"])
    keys = ", ".join(["1", *(name(key) for key in one["keys"])])
    over = lambda frame="": f"OVER (PARTITION BY {keys} ORDER BY {by} {frame})"
    rows = lambda low, high: over(f"ROWS BETWEEN {low} AND {high}")
    if fn == "rowNumber":
        return f"row_number() {over()}"
    if fn == "size":
        return f"count(*) OVER (PARTITION BY {keys})"
    x, kind = expression(one["argument"]), one["argument"]["kind"]
    if fn == "rank":
        return rank(x, keys, by, parameters)
    if "rows" in parameters:
        frame = rows(f"{parameters['rows'] - 1} PRECEDING", "CURRENT ROW")
        return f"(CASE WHEN count({x}) {frame} >= {parameters['minPeriods']} THEN {fn_of(fn, kind, x, frame)} END)"
    offset = parameters.get("offset", 0)
    before = f"{'lag' if offset >= 0 else 'lead'}({x}, {abs(offset)}" + (f", {parameters['fill']}" if "fill" in parameters else "")
    if fn == "shift":
        return f"{before}) {over()}"
    if fn == "diff":
        return f"({x} - {before}) {over()})"
    if fn in RUNNING:
        total = f"{RUNNING[fn]}({x}) {rows('UNBOUNDED PRECEDING', 'CURRENT ROW')}"
        return total if fn == "cumCount" else f"(CASE WHEN {x} IS NOT NULL THEN {total} END)"
    limit = parameters.get("limit", "UNBOUNDED")
    if fn == "fillForward":
        return f"last_value({x} IGNORE NULLS) {rows(f'{limit} PRECEDING', 'CURRENT ROW')}"
    if fn == "fillBackward":
        return f"first_value({x} IGNORE NULLS) {rows('CURRENT ROW', f'{limit} FOLLOWING')}"
    return fn_of(fn, kind, x, rows("UNBOUNDED PRECEDING", "UNBOUNDED FOLLOWING"))


def fn_of(fn, kind, x, over):
    """An aggregate over rows of a partition."""
    if fn in ("first", "last"):
        return f"{fn}_value({x}) {over}"
    if fn in ("min", "max") and kind == "float":
        # NaN counts only where there is nothing else.
        return f"coalesce({fn}({x}) FILTER (NOT isnan({x})) {over}, {fn}({x}) {over})"
    found = {"count": f"count({x})", "nUnique": f"count(DISTINCT {x})", "min": f"min({x})", "max": f"max({x})",
             "sum": f"sum({x})", "mean": f"avg({x})", "median": f"median({x})", "any": f"bool_or({x})", "all": f"bool_and({x})"}[fn]
    empty = {"sum": "0", "any": "false", "all": "true"}.get(fn)
    return f"coalesce({found} {over}, {empty})" if empty else f"{found} {over}"


def first_rows(plan, source):
    keys = ", ".join(["1", *(name(key) for key in plan["keys"])])
    numbered = f"SELECT *, row_number() OVER (PARTITION BY {keys} ORDER BY {order(plan['order'])}) AS row_number_ FROM ({source})"
    where = f" AND {expression(plan['where'])}" if "where" in plan else ""
    return f"SELECT {listed(plan)} FROM ({numbered}) WHERE row_number_ <= {plan['rows']}{where}"


def pivot(plan, source):
    kinds = {column["name"]: column["kind"] for column in plan["input"]["columns"]}
    on, value = plan["on"], name(plan["values"])
    keys = [name(key) for key in plan["index"]]
    parts = []
    for column, wanted in zip(plan["columns"][len(keys):], plan["wanted"]):
        here = f"(CASE WHEN {name(on)} = {literal(wanted, kinds[on])} THEN {value} END)"
        parts.append(f"{aggregate_sql(plan['aggregate'], here, kinds[plan['values']])} AS {name(column['name'])}")
    return f"SELECT {', '.join(keys + parts)} FROM ({source})" + (f" GROUP BY {', '.join(keys)}" if keys else "")


def unpivot(plan, source):
    index = [name(column) for column in plan["index"]]
    variable, value = name(plan["variableName"]), name(plan["valueName"])
    return " UNION ALL ".join(
        f"(SELECT {', '.join([*index, f'{quoted(one)} AS {variable}', f'{name(one)} AS {value}'])} FROM ({source}))"
        for one in plan["on"])


def concat(plan):
    """Where an input has no such column, there are nulls."""
    parts = []
    for one in plan["inputs"]:
        own = set(columns(one))
        cells = [name(c["name"]) if c["name"] in own else f"{literal(None, c['kind'])} AS {name(c['name'])}" for c in plan["columns"]]
        parts.append(f"(SELECT {', '.join(cells)} FROM ({sql(one)}))")
    return " UNION ALL ".join(parts)


def cut(plan, source):
    step, rows = plan["step"], plan["rows"]
    if step == "topK":
        return f"SELECT * FROM ({source}) ORDER BY {order(plan['keys'])} LIMIT {rows}"
    # Rows are numbered by the sort below, and kept by their number.
    keys = order(plan["input"]["keys"])
    size = "(SELECT count(*) FROM numbered)"
    low = f"{size} - {rows}" if step == "tail" else str(plan["offset"]) if plan["offset"] >= 0 else f"{size} + {plan['offset']}"
    return (f"WITH numbered AS (SELECT *, row_number() OVER (ORDER BY {keys}) - 1 AS row_number_ FROM ({source}))"
            f" SELECT {listed(plan)} FROM numbered WHERE row_number_ >= {low} AND row_number_ < {low} + {rows}")


def sql(plan):
    step = plan["step"]
    if step == "scan":
        return f"SELECT * FROM t{plan['table']}"
    if step == "join":
        return join(plan)
    if step == "concat":
        return concat(plan)
    source = sql(plan["input"])
    if step == "filter":
        return f"SELECT * FROM ({source}) WHERE {expression(plan['where'])}"
    if step == "project":
        return project(plan, source)
    if step == "group":
        keys = [name(key) for key in plan["keys"]]
        parts = keys + [f"{aggregate(part)} AS {name(part['name'])}" for part in plan["aggregates"]]
        return f"SELECT {', '.join(parts)} FROM ({source})" + (f" GROUP BY {', '.join(keys)}" if keys else "")
    if step == "window":
        return f"SELECT *, {', '.join(window(one) + ' AS ' + name(one['name']) for one in plan['windows'])} FROM ({source})"
    if step == "firstRows":
        return first_rows(plan, source)
    if step == "pivot":
        return pivot(plan, source)
    if step == "unpivot":
        return unpivot(plan, source)
    if step == "persist":
        return source
    if step == "sort":
        return f"SELECT * FROM ({source})"  # the rows are compared without their order
    if step == "distinct":
        only = " HAVING count(*) = 1" if plan["keep"] == "none" else ""
        return f"SELECT {listed(plan)} FROM ({source}) GROUP BY {listed(plan)}{only}"
    if step == "dropNulls":
        return f"SELECT * FROM ({source}) WHERE " + " AND ".join(f"{name(c)} IS NOT NULL" for c in plan["names"])
    return cut(plan, source)
