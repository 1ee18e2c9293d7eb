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

    def columns_of(self, frame, query):
        return frame.to_dict(as_series=False)


def aggregated(frame, query):
    if "filter" in query:
        frame = frame.filter(pl.col(query["filter"]["column"]) > query["filter"]["above"])
    expressions = [
        getattr(pl.col(aggregate["column"]), aggregate["function"])().alias(aggregate["as"])
        for aggregate in query["aggregates"]
    ]
    return frame.group_by(query["by"]).agg(expressions)
