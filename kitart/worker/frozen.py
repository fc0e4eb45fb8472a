"""Imported last before runs are forked, and by nobody else: what is in memory by now is shared
for good.

The garbage collector would else touch each object, and each run would get a copy of all of it.
"""

import gc

from kitart.worker.suspending import leave_it_to_the_worker

leave_it_to_the_worker()
gc.collect()
gc.freeze()
