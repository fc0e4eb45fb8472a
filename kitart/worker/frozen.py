"""Imported last before runs are forked: what is in memory by now is shared for good.

The garbage collector would else touch each object, and each run would get a copy of all of it.
"""

import gc

gc.collect()
gc.freeze()
