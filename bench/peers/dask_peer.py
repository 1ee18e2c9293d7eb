"""Dask DataFrames on its threaded scheduler; Dask itself drops the columns that the query does not need."""

import dask
import dask.dataframe as dd
from pandas_peer import columns_of


def connect(threads):
    dask.config.set(scheduler="threads", num_workers=threads)
    return Session()


class Session:
    version = dask.__version__

    def aggregate(self, path, query):
        frame = dd.read_csv(path)
        if "filter" in query:
            frame = frame[frame[query["filter"]["column"]] > query["filter"]["above"]]
        spec = {}
        for aggregate in query["aggregates"]:
            spec.setdefault(aggregate["column"], []).append(aggregate["function"])
        result = frame.groupby(query["by"][0]).agg(spec).compute()
        result.columns = [aggregate["as"] for aggregate in flattened(query, spec)]
        return columns_of(result.reset_index(), query)


def flattened(query, spec):
    """The aggregates in the order of the result's columns."""
    by_cell = {(aggregate["column"], aggregate["function"]): aggregate for aggregate in query["aggregates"]}
    return [by_cell[column, function] for column, functions in spec.items() for function in functions]
