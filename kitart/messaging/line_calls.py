"""Kitart calls a line itself, and keeps what it heard: the proof that no order is (E41)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.orm import Session

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import line_calls
from kitart.messaging.line_words import finding
from kitart.plan.schema import Plan
from kitart.rules.line_proof import Wanted, faults

Write = Callable[[], AbstractContextManager[Session]]


def can_call(inst: Installation) -> bool:
    """Whether calls can be placed here at all; else people are asked, as they always were."""
    return not inst.line_prober.lacking


def recordings_in(plan: Plan, line: str, wanted: Wanted) -> Sequence[str]:
    """The languages that a caller should hear: a greeting is in each of the line's, a notice in its
    own."""
    known = plan.line(line)
    if wanted != "voicemail":
        return (known.lang,)
    return known.greeting_languages or plan.project(known.project).voicemail.greeting_languages


def call_line(
    inst: Installation, write: Write, incident: str, line: str, wanted: Wanted, occasion: str
) -> dict[str, Any] | None:
    """Call a line once for this occasion; the call as the incident's record has it, ``None`` where
    calls can't be placed here. In an exercise only the lines in its scope are called (D4).

    On voicemail a message is left, and looked for. It takes half a minute of real time.
    """
    with inst.journal.read() as session:
        before = line_calls.of(session, incident, occasion, line)
    if before is not None or not can_call(inst):
        return before
    plan = inst.plan_of(incident)
    known, languages = plan.line(line), recordings_in(plan, line, wanted)
    what = f"{known.project}/{known.lang} ({known.number})"
    try:
        heard = inst.fenced(incident).probe(known, languages, message=wanted == "voicemail")
    except ConnectorError as error:
        with write() as session:
            line_calls.note_not_called(
                session, incident, occasion, known,
                f"{what}: Kitart could not call it: {error.message}", inst.clock.now(),
            )  # fmt: skip
    else:
        found = faults(heard, wanted, languages)
        with write() as session:
            line_calls.note(
                session, incident, occasion, known, heard, found,
                wanted=wanted, now=inst.clock.now(),
                said=lambda call: f"{what}: Kitart called it: {finding(plan, call)}",
            )  # fmt: skip
    with inst.journal.read() as session:
        return line_calls.of(session, incident, occasion, line)
