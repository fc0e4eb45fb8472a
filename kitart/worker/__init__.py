"""The warm Prefect worker: ``prefect worker start --pool kitart --type kitart-warm``.

A stock worker starts Python anew for each run, and a run then takes seconds to begin. This one has
a process that has imported everything already, and each run is a fork of it: a process of its own
all the same, so that a crash takes one incident and not all (DESIGN, decision 8).
"""

from kitart.worker.warm import KitartWarmWorker

__all__ = ["KitartWarmWorker"]
