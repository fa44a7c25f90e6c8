"""`python numpy_whole_process.py FILE`: the quickest Python process that was found for what `agon rank FILE --json` does:
read by pyarrow (Arrow IPC in place, or CSV on all its threads), counted batch by batch, rated with 95 % intervals by
pair_newton.py, printed as JSON. Its peak memory goes to stderr."""

import json
import math
import resource
import sys

import numpy as np
import pyarrow as pa

from pair_newton import count, rate

OUTCOMES = ["model_a", "model_b", "tie", "tie (bothbad)"]


def batches(path):
    """The three columns, one batch after the other: what is counted is then in the processor's cache."""
    if path.endswith(".csv"):
        from pyarrow import csv

        options = csv.ConvertOptions(auto_dict_encode=True, auto_dict_max_cardinality=10_000)
        yield from csv.read_csv(path, convert_options=options).unify_dictionaries().to_batches()
    else:
        file = pa.ipc.open_file(pa.memory_map(path))
        for batch in range(file.num_record_batches):
            yield file.get_batch(batch)


def codes(column, known):
    """Codes by the list `known`; a dictionary in its order is taken as it is."""
    indices = column.indices.to_numpy(zero_copy_only=False)
    own = column.dictionary.to_pylist()
    return indices if own == known else np.array([known.index(value) for value in own], dtype=np.int16)[indices]


counts = 0
models = None
for batch in batches(sys.argv[1]):
    a, b, winner = (batch.column(name) for name in ("model_a", "model_b", "winner"))
    if models is None:
        models = a.dictionary.to_pylist()
        models += sorted(set(b.dictionary.to_pylist()) - set(models))
    counts = counts + count(codes(a, models), codes(b, models), codes(winner, OUTCOMES), len(models))
theta, error = rate(counts, len(models))
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
