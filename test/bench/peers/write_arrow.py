"""Writes the columns as Arrow IPC files with dictionary columns, as `agon rank` reads them: votes.arrow, and styled.arrow
with counts of the answers beside them. Up to two million votes as votes.csv, too."""

import os

import numpy as np
import pyarrow as pa
from pyarrow import csv

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
NAMES = {
    "length": "sum_assistant_%s_tokens",
    "headers": "header_count_%s",
    "lists": "list_count_%s",
    "bold": "bold_count_%s",
}


def write(name, table):
    with pa.OSFile(os.path.join(sys.argv[1], name), "wb") as sink:
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table, max_chunksize=1_000_000)


write("votes.arrow", table)
if table.num_rows <= 2_000_000:
    csv.write_csv(table, os.path.join(sys.argv[1], "votes.csv"), csv.WriteOptions(quoting_style="none"))
for count, column in NAMES.items():
    for slot in "ab":
        values = np.load(os.path.join(sys.argv[1], f"{count}_{slot}.npy"))
        table = table.append_column(column % slot, pa.array(values.astype(np.int32)))
write("styled.arrow", table)
