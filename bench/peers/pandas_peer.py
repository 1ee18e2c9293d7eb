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

    def columns_of(self, frame, query):
        return columns_of(frame, query)


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
