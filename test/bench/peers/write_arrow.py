"""Writes the columns as an Arrow IPC file with dictionary columns, as `agon rank` reads it."""

import os

import numpy as np
import pyarrow as pa

from columns import Columns
import sys

columns = Columns(sys.argv[1])
names = pa.array(columns.models)
winners = pa.array(["model_a", "model_b", "tie", "tie (bothbad)"])
code = lambda values, dictionary: pa.DictionaryArray.from_arrays(pa.array(values), dictionary)
table = pa.table(
    {
        "model_a": code(columns.a.astype(np.int16), names),
        "model_b": code(columns.b.astype(np.int16), names),
        "winner": code(columns.outcome.astype(np.int8), winners),
    }
)
with pa.OSFile(os.path.join(sys.argv[1], "votes.arrow"), "wb") as sink:
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=1_000_000)
