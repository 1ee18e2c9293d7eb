"""Python's multiprocessing.Pool: the measurements of harness/pool-tasks.mjs in Python's own terms."""

import multiprocessing
import time

REPEATS = 3


def cube(x):
    return x**3


def line_total(line):
    return {"id": line["id"], "name": line["name"], "total": line["price"] * line["quantity"]}


def busy(ms):
    end = time.perf_counter() + ms / 1000
    while time.perf_counter() < end:
        pass
    return ms


def connect(threads):
    return Session(threads)


class Session:
    version = None

    def __init__(self, threads):
        self.workers = threads

    def measure(self, task):
        start = time.perf_counter()
        with multiprocessing.Pool(self.workers) as pool:
            assert pool.apply(cube, (3,)) == 27
            first_ms = (time.perf_counter() - start) * 1000
            if task["measure"] == "start":
                return {"firstResultMs": first_ms}
            measures = {"map": measure_map, "apply": measure_apply, "skew": measure_skew}
            return measures[task["measure"]](pool, self.workers, task["sizes"])


def measure_map(pool, _workers, sizes):
    numbers = list(range(sizes["numbers"]))
    lines = [{"id": i, "name": f"item {i % 100}", "price": i % 1000 / 100, "quantity": 1 + i % 7}
             for i in range(sizes["objects"])]
    numbers_ms = best_ms(lambda: pool.map(cube, numbers), lambda cubes: cubes == [x**3 for x in numbers])
    objects_ms = best_ms(lambda: pool.map(line_total, lines), lambda totals: totals == [line_total(x) for x in lines])
    return {"numbersUs": 1000 * numbers_ms / len(numbers), "objectsUs": 1000 * objects_ms / len(lines)}


def measure_apply(pool, _workers, sizes):
    in_flight = sizes["inFlight"]

    def all_at_once():
        results = [pool.apply_async(cube, (i,)) for i in range(in_flight)]
        return [result.get() for result in results]

    in_flight_ms = best_ms(all_at_once, lambda cubes: cubes == [x**3 for x in range(in_flight)])
    times = []
    for i in range(sizes["single"]):
        start = time.perf_counter()
        assert pool.apply(cube, (i,)) == i**3
        times.append((time.perf_counter() - start) * 1e6)
    times.sort()
    return {"inFlightUs": 1000 * in_flight_ms / in_flight, "p50Us": times[len(times) // 2],
            "p99Us": times[int(len(times) * 0.99)]}


def measure_skew(pool, workers, sizes):
    scale = min(1, sizes["numbers"] / 1_000_000)
    lengths = [scale * 0.1 * 400 ** (i / 399) for i in range(400)]
    shuffled = [ms for _, ms in sorted((at * 7919 % 401, ms) for at, ms in enumerate(lengths))]
    pool.map(busy, [0.1] * 4)
    ideal = sum(lengths) / workers
    makespans = []
    for order in (lengths, lengths[::-1], shuffled):
        start = time.perf_counter()
        assert pool.map(busy, order) == order
        makespans.append((time.perf_counter() - start) * 1000 / ideal)
    return {"makespans": makespans}


def best_ms(job, right):
    best = float("inf")
    for repeat in range(REPEATS + 1):
        start = time.perf_counter()
        results = job()
        ms = (time.perf_counter() - start) * 1000
        assert right(results), "the pool got a result wrong"
        if repeat > 0:
            best = min(best, ms)
    return best
