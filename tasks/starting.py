"""Asking Prefect for a run that goes on with something in the journal, once and by one of many."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from kitart.clock import real_now
from kitart.installation import installation
from kitart.journal import incidents
from kitart.journal.tables import Incident
from kitart.orchestrator import OrchestratorError

log = logging.getLogger(__name__)

ASK_AGAIN_AFTER_S = 600.0


class Coming(Protocol):
    """Who knows whether a run that was asked for may still begin."""

    def still_coming(self, run_id: str) -> bool: ...


def ask_for_run(starter: Coming, start: Callable[[Incident, int], str], seen: Incident) -> bool:
    """Ask for a run unless one drives, may still begin or was asked for just now; whether it was
    asked for. ``start`` takes the row and the number of the request. While Prefect takes none,
    whoever looks next asks again."""
    inst = installation()
    if incidents.driven(seen, real_now=real_now()):
        return False
    coming = seen.requested_run
    if coming and coming != seen.run_id and starter.still_coming(coming):
        return False
    with inst.journal.write() as session:
        row = incidents.get(session, seen.number)
        request = incidents.claim_run_request(
            session, row, real_now=real_now(), not_again_for_s=ASK_AGAIN_AFTER_S
        )
    if request is None:
        return False
    try:
        run = start(row, request)
    except OrchestratorError as error:
        log.warning("%s: %s; whoever looks next asks again", row.number, error)
        with inst.journal.write() as session:
            incidents.take_back_run_request(session, row.number, request)
        return False
    with inst.journal.write() as session:
        incidents.get(session, seen.number).requested_run = run
    return True
