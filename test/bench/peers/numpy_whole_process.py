"""`python numpy_whole_process.py FILE`: the best Python process that was found for what `agon rank FILE --json` does: read by pyarrow (Arrow IPC in place, or CSV on all its threads), rated with 95 % intervals by pair_newton.py, printed as
JSON. Its peak memory goes to stderr."""

import json
import math
import resource
import sys

import numpy as np
import pyarrow as pa

from pair_newton import rate

path = sys.argv[1]
if path.endswith(".csv"):
    from pyarrow import csv

    table = csv.read_csv(path, convert_options=csv.ConvertOptions(auto_dict_encode=True, auto_dict_max_cardinality=10_000))
else:
    table = pa.ipc.open_file(pa.memory_map(path)).read_all()


def codes(name, known):
    """Codes by the list `known`, chunk by chunk: each may have a dictionary of its own."""
    place = {value: code for code, value in enumerate(known)}
    parts = []
    for chunk in table[name].chunks:
        own = np.array([place[value] for value in chunk.dictionary.to_pylist()], dtype=np.int16)
        parts.append(own[chunk.indices.to_numpy()])
    return np.concatenate(parts)


def values(name):
    return {value for chunk in table[name].chunks for value in chunk.dictionary.to_pylist()}


models = sorted(values("model_a") | values("model_b"))
outcomes = ["model_a", "model_b", "tie", "tie (bothbad)"]
theta, error = rate(codes("model_a", models), codes("model_b", models), codes("winner", outcomes), len(models))
scale = 400 / math.log(10)
reach = 1.959963984540054 * error
rows = [
    {
        "model": models[i],
        "rating": 1000 + scale * theta[i],
        "low": 1000 + scale * (theta[i] - reach[i]),
        "high": 1000 + scale * (theta[i] + reach[i]),
    }
    for i in np.argsort(-theta)
]
print(json.dumps(rows))
print(f"numpy {np.__version__}, pyarrow {pa.__version__}", file=sys.stderr)
print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss} KiB", file=sys.stderr)
