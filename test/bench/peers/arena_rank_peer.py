"""arena-rank: data set, fit and sandwich intervals from a data frame of names."""

from importlib.metadata import version

import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset

from columns import arguments, report, timed

columns, repeats, seconds = arguments()
names = np.array(columns.models, dtype=object)
winners = np.array(["model_a", "model_b", "tie", "both_bad"], dtype=object)
frame = pd.DataFrame(
    {
        "model_a": names[columns.a],
        "model_b": names[columns.b],
        "winner": winners[columns.outcome],
    }
)


def rate():
    dataset = PairDataset.from_pandas(frame)
    model = BradleyTerry(n_competitors=dataset.n_competitors)
    return dataset, model.compute_ratings_and_cis(dataset)


times, (dataset, result) = timed(rate, repeats, seconds)
ratings = {name: float(value) for name, value in zip(result["competitors"], result["ratings"])}
half = (np.asarray(result["rating_upper"]) - np.asarray(result["rating_lower"])) / 2
errors = {name: float(value) / 1.959963984540054 for name, value in zip(result["competitors"], half)}
report("intervals", "arena-rank " + version("arena-rank"), times, ratings, errors)
