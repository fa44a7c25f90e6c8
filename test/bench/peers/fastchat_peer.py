"""FastChat's rating code. Its file `fastchat/serve/monitor/rating_systems.py` is in no release on PyPI: fetch it from the
project's repository and name it in FASTCHAT_RATING_SYSTEMS. Tasks: fit, bootstrap, contextual.
"""

import importlib.util
import math
import os
import sys

import numpy as np
import pandas as pd

from columns import arguments, report, timed

spec = importlib.util.spec_from_file_location("rating_systems", os.environ["FASTCHAT_RATING_SYSTEMS"])
fastchat = importlib.util.module_from_spec(spec)
sys.modules["rating_systems"] = fastchat
spec.loader.exec_module(fastchat)

columns, repeats, seconds = arguments()
tasks = sys.argv[4].split(",")
version = "FastChat rating_systems.py"
scale = 400 / math.log(10)


def by_name(models, values):
    centred = values - values.mean()
    return {name: 1000 + 400 * float(value) for name, value in zip(models, centred)}


if "fit" in tasks or "bootstrap" in tasks:
    names = np.array(columns.models, dtype=object)
    winners = np.array(["model_a", "model_b", "tie", "tie (bothbad)"], dtype=object)
    frame = pd.DataFrame(
        {
            "model_a": names[columns.a],
            "model_b": names[columns.b],
            "winner": winners[columns.outcome],
        }
    )

if "fit" in tasks:

    def fit():
        matchups, outcomes, models, weights = fastchat.preprocess_for_bt(frame)
        return models, fastchat.fit_bt(matchups, outcomes, weights, len(models), math.log(10.0))

    times, (models, values) = timed(fit, repeats, seconds)
    report("fit", version, times, by_name(models, values))

if "bootstrap" in tasks:
    # the pair table is prepared once, outside the clock: only its bootstrap of 100 rounds is timed
    prepared = fastchat.preprocess_for_bt(frame)
    fastchat.preprocess_for_bt = lambda _battles: prepared
    fastchat.tqdm = lambda rounds, total: rounds
    times, _ = timed(lambda: fastchat.compute_bootstrap_bt(frame, 100), repeats, seconds)
    report("bootstrap", version, times)

if "contextual" in tasks:
    matchups = np.column_stack([columns.a, columns.b]).astype(np.int64)
    outcomes = np.array([1.0, 0.0, 0.5, 0.5])[columns.outcome]
    features = columns.style().reshape(-1, 4).astype(np.float64)
    times, values = timed(
        lambda: fastchat.fit_contextual_bt(matchups, features, outcomes, columns.models),
        repeats,
        seconds,
    )
    report(
        "contextual",
        version,
        times,
        by_name(columns.models, values[: len(columns.models)]),
        None,
        "coefficients " + " ".join(f"{value:.5f}" for value in values[len(columns.models) :]),
    )
