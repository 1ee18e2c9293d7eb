"""Polars in Python: lazy, on its streaming engine."""

import polars as pl


def connect(threads):
    return Session()


class Session:
    version = pl.__version__

    def aggregate(self, path, query):
        frame = pl.scan_csv(path, try_parse_dates="dates" in query)
        return aggregated(frame, query).collect(engine="streaming").to_dict(as_series=False)

    def load(self, path):
        self.loaded = pl.read_csv(path)

    def loaded_sums(self, names):
        return [self.loaded.height] + [self.loaded[name].sum() for name in names]

    def aggregate_loaded(self, query):
        return aggregated(self.loaded.lazy(), query).collect()

    def prepare_shape(self, shape):
        if "on" in shape:
            self.small = self.loaded.group_by(shape["on"]).agg(pl.col("v3").mean().alias("mean"))

    def shape_loaded(self, shape):
        return shaped(self.loaded.lazy(), getattr(self, "small", None), shape).collect()

    def check_sums(self, frame, shape):
        names = shape["checked"]
        place = 1.0 if shape["kind"] not in ("sort", "top") else pl.int_range(pl.len()).cast(pl.Float64)
        sums = frame.select([(pl.col(name).cast(pl.Float64).fill_nan(0.0) * place).sum() for name in names]).row(0)
        return {"check": ["rows", *names], "value": [frame.height, *sums]}

    def columns_of(self, frame, query):
        return frame.to_dict(as_series=False)


def shaped(frame, small, shape):
    if shape["kind"] == "join":
        return frame.join(small.lazy(), on=shape["on"])
    if shape["kind"] == "largest":
        return frame.group_by("id6").agg(pl.col("v3").top_k(2)).explode("v3")
    if shape["kind"] == "correlation":
        return frame.group_by("id2", "id4").agg((pl.corr("v1", "v2") ** 2).alias("r2"))
    if shape["kind"] == "six keys":
        keys = ["id1", "id2", "id3", "id4", "id5", "id6"]
        return frame.group_by(keys).agg(pl.col("v3").sum(), pl.col("v1").count().alias("count"))
    keys = shape["keys"]
    ordered = frame.sort(
        [key["column"] for key in keys], descending=[key.get("descending", False) for key in keys]
    )
    return ordered.head(shape["rows"]) if shape["kind"] == "top" else ordered


def aggregated(frame, query):
    if "filter" in query:
        frame = frame.filter(pl.col(query["filter"]["column"]) > query["filter"]["above"])
    expressions = [
        getattr(pl.col(aggregate["column"]), aggregate["function"])().alias(aggregate["as"])
        for aggregate in query["aggregates"]
    ]
    return frame.group_by(query["by"]).agg(expressions)
