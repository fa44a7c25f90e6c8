"""choix: iterated Luce spectral ranking on the matrix of wins, ties as halves; it gives no intervals."""

import math
from importlib.metadata import version

import choix
import numpy as np

from columns import arguments, report, timed

columns, repeats, seconds = arguments()
size = len(columns.models)


def fit():
    cell = columns.a.astype(np.int32) * size + columns.b
    wins = np.bincount(cell[columns.outcome == 0], minlength=size * size).reshape(size, size).astype(float)
    losses = np.bincount(cell[columns.outcome == 1], minlength=size * size).reshape(size, size)
    ties = np.bincount(cell[columns.outcome >= 2], minlength=size * size).reshape(size, size)
    wins += losses.T + (ties + ties.T) / 2
    return choix.ilsr_pairwise_dense(wins)


times, result = timed(fit, repeats, seconds)
scale = 400 / math.log(10)
centred = result - result.mean()
ratings = {name: 1000 + scale * float(value) for name, value in zip(columns.models, centred)}
report("fit", "choix " + version("choix"), times, ratings)
