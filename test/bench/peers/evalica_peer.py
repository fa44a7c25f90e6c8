"""evalica: Bradley-Terry scores from lists of names; it gives no intervals here."""

import math
from importlib.metadata import version

import numpy as np
import evalica

from columns import arguments, report, timed

columns, repeats, seconds = arguments()
names = np.array(columns.models, dtype=object)
left = names[columns.a].tolist()
right = names[columns.b].tolist()
kinds = np.array([evalica.Winner.X, evalica.Winner.Y, evalica.Winner.Draw, evalica.Winner.Draw], dtype=object)
winners = kinds[columns.outcome].tolist()

times, result = timed(lambda: evalica.bradley_terry(left, right, winners), repeats, seconds)
logs = np.log(result.scores)
scale = 400 / math.log(10)
ratings = {name: 1000 + scale * float(value - logs.mean()) for name, value in logs.items()}
report("fit", "evalica " + version("evalica"), times, ratings)
