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


def timed(task, repeats, seconds):
    """Times of the calls in milliseconds, in order, and the last result. Where there is time for a second call, the first
    one, which may compile, is not counted."""
    times = []
    begun = time.perf_counter()
    result = None
    while len(times) < repeats + 1 and (not times or time.perf_counter() - begun < seconds):
        start = time.perf_counter()
        result = task()
        times.append(1000 * (time.perf_counter() - start))
    return times[1:] or times, result


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
