"""Functions of text and dates as DuckDB SQL. Each takes its arguments as SQL, and what else it is told."""

MICROSECONDS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
NUMBER = "[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?"
NAMES = {"year": ("year", 1), "quarter": ("month", 3), "month": ("month", 1), "week": ("week", 1), "day": ("day", 1),
         "hour": ("hour", 1), "minute": ("minute", 1)}
UNITS = {"mo": "month", "y": "year", "q": "quarter", "w": "week", "d": "day", "h": "hour", "m": "minute"}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def lengths(text):
    """The count and unit of each part of a length of time, such as 1y2mo."""
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    parts, count = [], ""
    while text:
        digits = len(text) - len(text.lstrip("0123456789"))
        count, text = int(text[:digits]), text[digits:]
        unit = next((u for u in ("mo",) if text.startswith(u)), text[0])
        parts.append((sign * count, UNITS[unit]))
        text = text[len(unit):]
    return parts


def multiple(unit):
    if unit in NAMES:
        return NAMES[unit]
    count, name = lengths(unit)[0]
    return name, count


def truncated(a, unit):
    name, count = multiple(unit)
    if name == "year":
        name, count = "month", 12 * count
    # Weeks begin on Mondays, and months count from January of a year that all multiples reach.
    origin = {"week": "1970-01-05", "month": "2000-01-01"}.get(name, "1970-01-01")
    return f"time_bucket(INTERVAL '{count} {name}s', {a}, TIMESTAMP '{origin}')"


def half(unit):
    name, count = multiple(unit)
    minutes = {"week": 10_080, "day": 1_440, "hour": 60, "minute": 1}[name] * count
    return f"INTERVAL '{minutes * 30} seconds'"


def moved(a, length):
    # Months first; their ends are cut off once.
    months = sum(count * {"month": 1, "quarter": 3, "year": 12}.get(unit, 0) for count, unit in lengths(length))
    rest = " ".join(f"+ INTERVAL '{count} {unit}s'" for count, unit in lengths(length) if unit not in ("month", "quarter", "year"))
    return f"({a} + INTERVAL '{months} months' {rest})"


def pattern(extra):
    return quoted(("(?i)" if "i" in extra[1] else "") + extra[0])


def replaced(a, extra):
    to = quoted(extra[2].replace("$1", "\\1"))
    return f"regexp_replace({a}, {pattern(extra)}, {to}{', ' + quoted('g') if 'g' in extra[1] else ''})"


def padded(op, a, width, fill):
    fn = {"padStart": "lpad", "padEnd": "rpad"}[op]
    return f"(CASE WHEN length({a}) >= {width} THEN {a} ELSE {fn}({a}, {width}, {quoted(fill)}) END)"


def piece(a, separator, index):
    return f"list_extract(string_split({a}, {quoted(separator)}), {index + 1 if index >= 0 else index})"


def sliced(a, start, length=None):
    if start < 0:
        return f"right({a}, {-start})"
    end = 10_000 if length is None else start + length
    return f"array_to_string(list_slice(string_split({a}, ''), {start + 1}, {end}), '')"


def as_text(a, kind):
    return f"strftime({a}, '%Y-%m-%d')" if kind == "date" else f"CAST({a} AS VARCHAR)"


def text_function(op, args, extra, kinds):
    a, b = args[0], args[1] if len(args) > 1 else None
    trim = {"trim": "trim", "trimStart": "ltrim", "trimEnd": "rtrim"}
    made = {
        "length": lambda: f"length({a})", "byteLength": lambda: f"strlen({a})",
        "toUpper": lambda: f"upper({a})", "toLower": lambda: f"lower({a})",
        "slice": lambda: sliced(a, *extra),
        "contains": lambda: f"contains({a}, {quoted(extra[0])})",
        "startsWith": lambda: f"starts_with({a}, {quoted(extra[0])})",
        "endsWith": lambda: f"ends_with({a}, {quoted(extra[0])})",
        "replace": lambda: f"regexp_replace({a}, {quoted(extra[0])}, {quoted(extra[1])})",
        "replaceAll": lambda: f"replace({a}, {quoted(extra[0])}, {quoted(extra[1])})",
        "count": lambda: f"((length({a}) - length(replace({a}, {quoted(extra[0])}, ''))) // {len(extra[0])})",
        "find": lambda: f"(nullif(instr({a}, {quoted(extra[0])}), 0) - 1)",
        "split": lambda: piece(a, *extra),
        "padStart": lambda: padded(op, a, *extra), "padEnd": lambda: padded(op, a, *extra),
        "reverse": lambda: f"reverse({a})", "repeat": lambda: f"repeat({a}, {extra[0]})",
        "castText": lambda: as_text(a, kinds[0]),
        "concat": lambda: f"({a} || {b})", "concatBetween": lambda: f"({a} || {quoted(extra[0])} || {b})",
        "concatPresent": lambda: f"concat_ws({quoted(extra[0])}, {a}, {b})",
        "toInteger": lambda: f"(CASE WHEN regexp_full_match({a}, '[+-]?[0-9]+') THEN TRY_CAST({a} AS BIGINT) END)",
        "toNumber": lambda: f"(CASE WHEN regexp_full_match({a}, {quoted(NUMBER)}) THEN TRY_CAST({a} AS DOUBLE) END)",
        "matches": lambda: f"regexp_matches({a}, {pattern(extra)})",
        "extract": lambda: f"(CASE WHEN regexp_matches({a}, {pattern(extra)}) THEN regexp_extract({a}, {pattern(extra)}, {extra[2]}) END)",
        "replacePattern": lambda: replaced(a, extra),
        "countPattern": lambda: f"CAST(len(regexp_extract_all({a}, {pattern(extra)})) AS BIGINT)",
    }
    if op in trim:
        return f"{trim[op]}({a}{', ' + quoted(extra[0]) if extra else ''})"
    return made[op]() if op in made else None


def date_function(op, args, extra):
    a, b = args[0], args[1] if len(args) > 1 else None
    parts = {"weekday": "isodow", "dayOfYear": "dayofyear", "isoYear": "isoyear"}
    if op in ("year", "month", "day", "quarter", "hour", "minute", "second", "week", *parts):
        return f"{parts.get(op, op)}({a})"
    midnight = f"date_trunc('day', {a})"
    made = {
        "millisecond": lambda: f"(millisecond({a}) % 1000)",
        "daysInMonth": lambda: f"day(last_day({a}))",
        "isLeapYear": lambda: f"(day(last_day(make_timestamp(year({a}), 2, 1, 0, 0, 0))) = 29)",
        "truncate": lambda: truncated(a, extra[0]),
        "roundTime": lambda: truncated(f"({a} + {half(extra[0])})", extra[0]),
        "offsetBy": lambda: moved(a, extra[0]),
        "monthStart": lambda: f"(date_trunc('month', {a}) + ({a} - {midnight}))",
        "monthEnd": lambda: f"(CAST(last_day({a}) AS TIMESTAMP) + ({a} - {midnight}))",
        "dateOf": lambda: f"CAST({midnight} AS TIMESTAMP)",
        "dateDiff": lambda: f"((epoch_us({a}) - epoch_us({b})) // {MICROSECONDS[extra[0]]})",
        "epoch": lambda: f"CAST(floor(epoch_us({a}) / {MICROSECONDS[extra[0]]}.0) AS BIGINT)",
        "format": lambda: f"strftime({a}, {quoted(extra[0])})",
    }
    return made[op]() if op in made else None
