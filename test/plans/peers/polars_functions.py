"""Functions of text and dates as expressions of Polars. Each takes its arguments as expressions, and what else it is told."""
import polars as pl

MICROSECONDS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
UNITS = {"year": "1y", "quarter": "1q", "month": "1mo", "week": "1w", "day": "1d", "hour": "1h"}
INTEGER = pl.Int64


def pattern(extra):
    return ("(?i)" if "i" in extra[1] else "") + extra[0]


def replaced(a, extra):
    to = extra[2].replace("$1", "${1}")
    return (a.str.replace_all if "g" in extra[1] else a.str.replace)(pattern(extra), to)


def repeated(a, times):
    return a.str.slice(0, 0) if times == 0 else pl.concat_str([a] * times)


def found_at(a, part):
    # The place that Polars finds counts bytes.
    before = a.str.split(part).list.get(0)
    return pl.when(a.str.contains(part, literal=True)).then(before.str.len_chars().cast(INTEGER))


def number(a, dtype, valid):
    return pl.when(a.str.contains(valid)).then(a.cast(dtype, strict=False))


def text_functions(args, extra, kinds):
    a, b = args[0], args[1] if len(args) > 1 else None
    characters = extra[0] if extra else None
    return {
        "length": lambda: a.str.len_chars().cast(INTEGER), "byteLength": lambda: a.str.len_bytes().cast(INTEGER),
        "toUpper": lambda: a.str.to_uppercase(), "toLower": lambda: a.str.to_lowercase(),
        "trim": lambda: a.str.strip_chars(characters), "trimStart": lambda: a.str.strip_chars_start(characters),
        "trimEnd": lambda: a.str.strip_chars_end(characters), "slice": lambda: a.str.slice(*extra),
        "contains": lambda: a.str.contains(extra[0], literal=True),
        "startsWith": lambda: a.str.starts_with(extra[0]), "endsWith": lambda: a.str.ends_with(extra[0]),
        "replace": lambda: a.str.replace(extra[0], extra[1], literal=True),
        "replaceAll": lambda: a.str.replace_all(extra[0], extra[1], literal=True),
        "count": lambda: a.str.count_matches(extra[0], literal=True).cast(INTEGER), "find": lambda: found_at(a, extra[0]),
        "split": lambda: a.str.split(extra[0]).list.get(extra[1], null_on_oob=True),
        "padStart": lambda: a.str.pad_start(*extra), "padEnd": lambda: a.str.pad_end(*extra),
        "reverse": lambda: a.str.reverse(), "repeat": lambda: repeated(a, extra[0]),
        "castText": lambda: a.dt.strftime("%Y-%m-%d") if kinds[0] == "date" else a.cast(pl.String),
        "concat": lambda: a + b, "concatBetween": lambda: pl.concat_str([a, b], separator=extra[0]),
        "concatPresent": lambda: pl.concat_str([a, b], separator=extra[0], ignore_nulls=True),
        "toInteger": lambda: number(a, INTEGER, r"^[+-]?[0-9]+$"), "toNumber": lambda: number(a, pl.Float64, NUMBER),
        "matches": lambda: a.str.contains(pattern(extra)), "extract": lambda: a.str.extract(pattern(extra), extra[2]),
        "replacePattern": lambda: replaced(a, extra),
        "countPattern": lambda: a.str.count_matches(pattern(extra)).cast(INTEGER),
    }


def date_functions(args, extra):
    a, b = args[0], args[1] if len(args) > 1 else None
    unit = UNITS.get(extra[0], extra[0]) if extra else None
    whole = {"year": "year", "month": "month", "day": "day", "quarter": "quarter", "hour": "hour", "minute": "minute",
             "second": "second", "millisecond": "millisecond", "weekday": "weekday", "dayOfYear": "ordinal_day",
             "week": "week", "isoYear": "iso_year", "daysInMonth": "days_in_month"}
    microseconds = lambda: a.dt.epoch("us") - b.dt.epoch("us")
    return {
        **{op: (lambda fn=fn: getattr(a.dt, fn)().cast(INTEGER)) for op, fn in whole.items()},
        "isLeapYear": lambda: a.dt.is_leap_year(),
        "truncate": lambda: a.dt.truncate(unit), "roundTime": lambda: a.dt.round(unit),
        "offsetBy": lambda: a.dt.offset_by(extra[0]),
        "monthStart": lambda: a.dt.month_start(), "monthEnd": lambda: a.dt.month_end(),
        "dateOf": lambda: a.dt.truncate("1d"),
        # Its own quotient of integers is rounded down.
        "dateDiff": lambda: microseconds().sign() * (microseconds().abs() // MICROSECONDS[extra[0]]),
        "epoch": lambda: a.dt.epoch("us") // MICROSECONDS[extra[0]],
        "format": lambda: a.dt.strftime(extra[0]),
    }
