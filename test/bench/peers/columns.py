"""Columns handed over by the bench, and the loop that times a peer. A helper of the scripts beside it."""

import json
import os
import sys
import time

import numpy as np


class Columns:
    def __init__(self, folder):
        read = lambda name: np.load(os.path.join(folder, name + ".npy"))
        self.a = read("a")
        self.b = read("b")
        self.outcome = read("outcome")
        with open(os.path.join(folder, "models.json")) as file:
            self.models = json.load(file)
        self.folder = folder

    def style(self):
        return np.load(os.path.join(self.folder, "features.npy"))


def arguments():
    """folder, most repeats, seconds after which no further repeat starts"""
    return Columns(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])


WARM_UP_SECONDS = 2


def timed(task, repeats, seconds):
    """Times of the calls in milliseconds, in order, and the last result. Calls of the first two seconds, at least one,
    are not counted, as with ours; where no time is left for another one, the last of them is."""
    begun = time.perf_counter()
    warm = []
    times = []
    while len(times) < repeats:
        elapsed = time.perf_counter() - begun
        if elapsed > seconds and (warm or times):
            break
        start = time.perf_counter()
        result = task()
        took = 1000 * (time.perf_counter() - start)
        (times if warm and elapsed >= WARM_UP_SECONDS else warm).append(took)
    return times or warm[-1:], result


def report(task, version, times, ratings=None, errors=None, note=None):
    """One line of JSON: ratings and standard errors by model name, in Elo points."""
    print(
        json.dumps(
            {
                "task": task,
                "version": version,
                "times": times,
                "ratings": ratings,
                "errors": errors,
                "note": note,
            }
        ),
        flush=True,
    )
