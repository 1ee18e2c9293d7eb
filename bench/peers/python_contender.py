"""The Python side of a contender's process: the tasks of harness/contender.mjs for the peers that are Python modules."""

import importlib
import json
import sys
import time

REPEAT_BELOW_MS = 3_000
SUMMED_COLUMNS = ["id4", "id5", "id6", "v1", "v2", "v3"]


def peak_resident_bytes():
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def canonical(columns, query):
    keys = ["\u0001".join(str(columns[name][row])[:10] if name in query.get("dates", []) else str(columns[name][row])
                          for name in query["by"]) for row in range(len(columns[query["by"][0]]))]
    order = sorted(range(len(keys)), key=lambda row: keys[row].encode("utf-16-be"))
    values = [[columns[aggregate["as"]][row] for row in order] for aggregate in query["aggregates"]]
    return {"keys": [keys[row] for row in order], "values": [[plain(value) for value in column] for column in values]}


def plain(value):
    """JSON has no NaN; JavaScript writes it as null too."""
    return None if value is None or value != value else float(value)


def wall_ms(job):
    start = time.perf_counter()
    job()
    return (time.perf_counter() - start) * 1000


def timed(job):
    first = wall_ms(job)
    peak = peak_resident_bytes()
    return {"firstMs": first, "ms": wall_ms(job) if first < REPEAT_BELOW_MS else first, "peakBytes": peak}


def questions(session, task):
    session.load(task["path"])
    results = {}
    for name, query in task["questions"].items():
        if "kind" in query:
            session.prepare_shape(query)
            if task.get("answer"):
                results[name] = canonical(session.check_sums(session.shape_loaded(query), query), query)
            else:
                results[name] = timed(lambda query=query: session.shape_loaded(query))
        elif task.get("answer"):
            results[name] = canonical(session.columns_of(session.aggregate_loaded(query), query), query)
        else:
            results[name] = timed(lambda query=query: session.aggregate_loaded(query))
    return {"answers" if task.get("answer") else "questions": results}


def run(task):
    if task["task"] == "bare":
        return {}
    session = importlib.import_module(task["peer"]).connect(task["threads"])
    if task["task"] == "version":
        return {"version": session.version}
    if task["task"] == "pool":
        return session.measure(task)
    if task["task"] == "questions":
        return questions(session, task)
    if task["task"] == "load":
        if not task.get("answer"):
            return timed(lambda: session.load(task["path"]))
        session.load(task["path"])
        sums = session.loaded_sums(SUMMED_COLUMNS)
        return {"answer": {"keys": ["rows and sums"], "values": [[float(value)] for value in sums]}}
    if task.get("answer"):
        return {"answer": canonical(session.aggregate(task["path"], task["query"]), task["query"])}
    return timed(lambda: session.aggregate(task["path"], task["query"]))


if __name__ == "__main__":
    outcome = run(json.loads(sys.argv[1]))
    print("\n" + json.dumps({"peakBytes": peak_resident_bytes(), **outcome}), flush=True)
