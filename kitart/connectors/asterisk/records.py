"""Call records as Asterisk writes them by ``deploy/asterisk/kitart-cdr.conf``.

A call is one or more records (legs): each ring of an agent is one. All of a call bear its number.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from kitart.clock import Clock
from kitart.connectors.voice import AnsweredBy, CallRecord

FIELDS = 14
BY_SYSTEM = ("voicemail", "notice")


@dataclass(frozen=True)
class Leg:
    """One record."""

    call: str
    began: float
    answered: float
    ended: float
    line: str
    number: str
    caller: str
    queue: str
    met: str
    agent: str
    disposition: str
    waited: str
    sip: str


def legs(text: str) -> Iterator[Leg]:
    """The records of a file, in its order; a line that is none (half written) is left out."""
    for row in csv.reader(text.splitlines()):
        if len(row) != FIELDS or not row[2]:
            continue
        try:
            began, answered, ended = (float(each or 0) for each in row[2:5])
        except ValueError:
            continue
        line, number, caller, queue, met, channel, disposition, waited, sip = row[5:]
        agent = agent_of(channel)
        yield Leg(
            row[0], began, answered, ended, line, number, caller, queue, met, agent, disposition,
            waited, sip,
        )  # fmt: skip


def agent_of(channel: str) -> str:
    """Whose phone a channel is: ``PJSIP/AG-010-0000002a`` is AG-010's; else nothing."""
    technology, _, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology in ("PJSIP", "SIP") else ""


def calls(found: Iterable[Leg], clock: Clock) -> list[CallRecord]:
    """The calls on lines that these records tell of, oldest first, on the plan's ``clock``."""
    by_call: dict[str, list[Leg]] = defaultdict(list)
    for leg in found:
        by_call[leg.call].append(leg)
    told = [_call(number, rows, clock) for number, rows in by_call.items()
            if any(row.line for row in rows)]  # fmt: skip
    return sorted(told, key=lambda call: (call.started_at, call.call_id))


def project_of(queue: str) -> str:
    """A queue's project: ``ALPHA-de`` is ALPHA's."""
    return queue.rpartition("-")[0]


def moment(clock: Clock, seconds: float) -> datetime:
    """A moment that Asterisk has dated (seconds since 1970), on the plan's clock."""
    return clock.at(datetime.fromtimestamp(seconds, UTC))


def _call(number: str, rows: list[Leg], clock: Clock) -> CallRecord:
    """Talk is from when the phone system took the call, its announcement with it."""
    own = next(row for row in rows if row.line)
    began, ended = min(row.began for row in rows), max(row.ended for row in rows)
    answered = [row for row in rows if row.agent and row.disposition == "ANSWERED"]
    met: AnsweredBy = "nobody"
    if answered:
        met = "agent"
    elif any(row.met in BY_SYSTEM for row in rows):
        met = "system"
    waited = next((float(row.waited) for row in rows if row.waited), None)
    talk_s = sum(row.ended - max(row.answered, row.began) for row in answered) - (waited or 0.0)
    return CallRecord(
        call_id=number,
        project=project_of(own.queue),
        line=own.number,
        caller=own.caller,
        queue=own.queue,
        started_at=moment(clock, began),
        answered_by=met,
        user_id=answered[0].agent if answered else None,
        talk_s=max(0.0, talk_s),
        length_s=ended - began,
        waited_s=waited if met == "agent" else (ended - began if met == "nobody" else None),
        sip_id=own.sip,
        met=own.met,
    )
