"""A look at the expected inputs: where they are looked for, what is overdue, who is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from kitart.alerts import expected_inputs
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import inputs
from kitart.journal.inputs import Arrived
from kitart.messaging.missing_input import raise_missing
from kitart.plan.inputs import ExpectedInput
from kitart.plan.schema import Plan

log = logging.getLogger(__name__)


def look(inst: Installation) -> tuple[str, ...]:
    """Look for what is awaited, open an incident for what is overdue, and tell; returns the
    incidents that were opened or joined.

    What can't be looked at says nothing; by its time it is overdue all the same (D21).
    """
    plan = inst.current_plan()
    troubles: dict[str, str] = {}
    found: list[Arrived] = []
    for known in awaited(inst, plan):
        try:
            found += _seen(inst, known)
        except ConnectorError as error:
            troubles[known.id] = f"it can't be looked for: {error.message}"
            log.warning("%s can't be looked for: %s", known.id, error)
    with inst.journal.write() as session:
        for arrived in found:
            expected_inputs.take(session, plan, arrived, now=inst.clock.now())
        touched = expected_inputs.look(session, plan, now=inst.clock.now(), troubles=troubles)
    for number in touched:
        raise_missing(inst, number)
    return touched


def awaited(inst: Installation, plan: Plan) -> list[ExpectedInput]:
    """The inputs that are looked for now: a due time's window has begun, and it has not arrived."""
    now = inst.clock.now()
    with inst.journal.read() as session:
        waiting = []
        for known in plan.inputs:
            if known.file is None and known.url is None:
                continue
            row = inputs.due_that_counts(session, known.id, now)
            if row is None or row.arrived_at is None:
                waiting.append(known)
    return waiting


def _seen(inst: Installation, known: ExpectedInput) -> Iterator[Arrived]:
    if known.file is not None:
        file = inst.microsoft.file_stamp(known.file)
        # An empty file is a sender's accident, not an input.
        if file is not None and file.size > 0:
            at = min(file.modified_at, inst.clock.now())
            yield Arrived(known.id, at, inputs.FILE, f"file:{file.etag}", known.file)
    if known.url is not None:
        yield from _at_url(inst, known, known.url)


def _at_url(inst: Installation, known: ExpectedInput, url: str) -> Iterator[Arrived]:
    stamp = inst.watched_urls.stamp(url)
    if stamp is None:
        return
    now = inst.clock.now()
    if stamp.modified_at is not None:
        mark = f"url:{stamp.etag}:{stamp.modified_at.isoformat()}"
        yield Arrived(known.id, min(stamp.modified_at, now), inputs.URL, mark, url)
        return
    # Only that it changed can be seen: the first version seen says nothing about when it came.
    with inst.journal.read() as session:
        first = inputs.latest(session, known.id, counting=False) is None
    yield Arrived(known.id, now, inputs.URL, f"url:{stamp.etag}", url, counts=not first)
