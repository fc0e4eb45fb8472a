"""Each minute: does a legal clock need a word, and is each assessment up to date?"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from tasks import legal_watch as watch


@flow(name="legal-clocks-watch", flow_run_name="look at the legal clocks")
def legal_clocks_watch() -> State:
    """Looks over every incident with a legal clock, open or closed: clocks of 72 hours or a month
    outlive it (reports §5).

    Reminds those who answer for a clock, says a miss at its true time, and keeps the data
    protection assessment up to date. It never tells an authority or a client anything. Runs by
    itself; starting it by hand is one more look.
    """
    return Completed(message=watch.look_at_legal_clocks())
