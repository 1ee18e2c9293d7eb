"""pandas, reading only the columns that the query needs."""

import pandas as pd


def connect(threads):
    return Session()


class Session:
    version = pd.__version__

    def aggregate(self, path, query):
        return columns_of(aggregated(pd.read_csv(path, usecols=needed_columns(query)), query), query)

    def load(self, path):
        self.loaded = pd.read_csv(path)

    def loaded_sums(self, names):
        return [len(self.loaded)] + [self.loaded[name].sum() for name in names]

    def aggregate_loaded(self, query):
        return aggregated(self.loaded, query)

    def prepare_shape(self, shape):
        pass

    def shape_loaded(self, shape):
        return QUESTIONS[shape["kind"]](self.loaded)

    def check_sums(self, frame, shape):
        names = shape["checked"]
        return {"check": ["rows", *names], "value": [len(frame), *(float(frame[name].sum()) for name in names)]}

    def columns_of(self, frame, query):
        return columns_of(frame, query)


def largest(frame):
    return frame[["id6", "v3"]].sort_values("v3", ascending=False).groupby("id6").head(2)


def correlation(frame):
    """From sums, which are exact for integers: a function called for each group takes minutes."""
    x, y = frame["v1"], frame["v2"]
    keys = {"id2": frame["id2"], "id4": frame["id4"]}
    parts = pd.DataFrame({**keys, "n": 1, "x": x, "y": y, "xx": x * x, "yy": y * y, "xy": x * y})
    sums = parts.groupby(["id2", "id4"]).sum()
    n = sums["n"]
    covariance = n * sums["xy"] - sums["x"] * sums["y"]
    spread = (n * sums["xx"] - sums["x"] ** 2) * (n * sums["yy"] - sums["y"] ** 2)
    return (covariance**2 / spread).rename("r2").reset_index()


def six_keys(frame):
    keys = ["id1", "id2", "id3", "id4", "id5", "id6"]
    return frame.groupby(keys, sort=False).agg(v3=("v3", "sum"), count=("v1", "count")).reset_index()


QUESTIONS = {"largest": largest, "correlation": correlation, "six keys": six_keys}


def needed_columns(query):
    names = set(query["by"]) | {aggregate["column"] for aggregate in query["aggregates"]}
    return sorted(names | ({query["filter"]["column"]} if "filter" in query else set()))


def aggregated(frame, query):
    if "filter" in query:
        frame = frame[frame[query["filter"]["column"]] > query["filter"]["above"]]
    named = {aggregate["as"]: (aggregate["column"], aggregate["function"]) for aggregate in query["aggregates"]}
    return frame.groupby(query["by"]).agg(**named).reset_index()


def columns_of(frame, query):
    names = query["by"] + [aggregate["as"] for aggregate in query["aggregates"]]
    return {name: frame[name].tolist() for name in names}
