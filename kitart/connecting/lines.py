"""Calls of our own to the lines: whether they can be placed, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable

from kitart.connecting.check import Check, Found, failed, ok, warning
from kitart.connectors.lines.listening import recordings_of
from kitart.connectors.lines.probe import LineProber
from kitart.plan.schema import Plan
from kitart.settings import SipSettings

NAME = "lines"
CALLS = f"{NAME}/calls"
STEP = "docs/connect.md, step 6, says how."


def line_checks(settings: SipSettings, prober: LineProber, plan: Callable[[], Plan]) -> list[Check]:
    """No line is called here: that is ``kitart line test``."""

    def calls() -> Found:
        if not settings.server:
            return ok("KITART_SIP__SERVER is not set: people are asked for each test call")
        if prober.lacking:
            return failed(f"no call can be placed: {prober.lacking}", f"Install it: {STEP}")
        if not settings.caller:
            return warning(
                "KITART_SIP__CALLER is not set: our calls are not found among the records",
                "Set it to the number that the calls come from.",
            )
        return ok(f"by {settings.server}, from {settings.caller}; kitart line test calls one")

    def recordings() -> Found:
        if not settings.server:
            return ok("none needed while people call")
        absent: list[str] = []
        for line in plan().lines:
            project = plan().project(line.project)
            languages = line.greeting_languages or project.voicemail.greeting_languages
            try:
                found = recordings_of(settings.recordings, line.id)
            except (ValueError, OSError) as error:
                return failed(str(error), "Exchange the file.")
            wanted = [f"box-{each}" for each in languages] + [f"queue-{line.lang}"]
            absent += [name for name in wanted if name not in found]
        if absent:
            names = sorted(set(absent))
            return warning(
                f"{len(names)} recordings are missing, e.g. {names[0]}.wav: what they are of is "
                "proved by people",
                f"Put them into the folder KITART_SIP__RECORDINGS: {STEP}",
            )
        return ok("the greetings and announcements of all lines are there")

    return [
        Check(NAME, "calls", calls),
        Check(NAME, "recordings", recordings, (CALLS, "plan/check")),
    ]
