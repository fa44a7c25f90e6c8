"""The numpy rewrite of pair_newton.py on columns in memory, timed."""

import math

import numpy as np

from columns import arguments, report, timed
from pair_newton import count, rate

columns, repeats, seconds = arguments()
size = len(columns.models)
times, (theta, error) = timed(
    lambda: rate(count(columns.a, columns.b, columns.outcome, size), size), repeats, seconds
)
scale = 400 / math.log(10)
report(
    "intervals",
    "numpy " + np.__version__,
    times,
    {name: 1000 + scale * float(value) for name, value in zip(columns.models, theta)},
    {name: scale * float(value) for name, value in zip(columns.models, error)},
)
