"""A plan as DuckDB SQL. Integers are BIGINT, floats DOUBLE, text VARCHAR, dates and times TIMESTAMP."""

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


def call(op, a, extra):
    if op == "length":
        return f"length({a})"
    if op in ("toUpper", "toLower"):
        return f"{op[2:].lower()}({a})"
    if op == "slice":
        return f"array_to_string(list_slice(string_split({a}, ''), {extra[0] + 1}, {extra[0] + extra[1]}), '')"
    if op in ("contains", "startsWith", "endsWith"):
        fn = {"contains": "contains", "startsWith": "starts_with", "endsWith": "ends_with"}[op]
        return f"{fn}({a}, {literal(extra[0], 'text')})"
    if op == "truncate":
        return f"CAST(date_trunc('{extra[0]}', {a}) AS TIMESTAMP)"
    if op in ("year", "month", "day", "quarter"):
        return f"{op}({a})"
    return {"weekday": f"isodow({a})", "dayOfYear": f"dayofyear({a})", "trim": f"trim({a})"}.get(op)


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
    found = call(op, a, extra) or arithmetic(op, args, e["kind"])
    return found


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
        "concat": lambda: f"({a} || {b})",
    }[op]()


def aggregate(part):
    fn = part["function"]
    if fn == "size":
        return "count(*)"
    a, kind = expression(part["argument"]), part["argument"]["kind"]
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
        return " UNION ALL ".join(f"(SELECT {listed(plan)} FROM ({sql(one)}))" for one in plan["inputs"])
    source = sql(plan["input"])
    if step == "filter":
        return f"SELECT * FROM ({source}) WHERE {expression(plan['where'])}"
    if step == "project":
        return project(plan, source)
    if step == "group":
        keys = [name(key) for key in plan["keys"]]
        parts = keys + [f"{aggregate(part)} AS {name(part['name'])}" for part in plan["aggregates"]]
        return f"SELECT {', '.join(parts)} FROM ({source})" + (f" GROUP BY {', '.join(keys)}" if keys else "")
    if step == "sort":
        return f"SELECT * FROM ({source})"  # the rows are compared without their order
    if step == "distinct":
        only = " HAVING count(*) = 1" if plan["keep"] == "none" else ""
        return f"SELECT {listed(plan)} FROM ({source}) GROUP BY {listed(plan)}{only}"
    if step == "dropNulls":
        return f"SELECT * FROM ({source}) WHERE " + " AND ".join(f"{name(c)} IS NOT NULL" for c in plan["names"])
    return cut(plan, source)
