"""Does a draft still fit the facts? (D6)"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from kitart.reports.facts import IncidentFacts, Number, QueueCover
from kitart.reports.facts.levels import in_force
from kitart.reports.scope import for_client

OF_WHAT_IS_WRITTEN = ("preliminary-report", "closing-report")
"""The reports in which stands what people write after the fact."""


def facts_fingerprint(facts: IncidentFacts, client_id: str) -> str:
    """A short text that changes when a draft for this client no longer fits (D6, E29, E31).

    It covers the system's last known state, false alarm, priority, cover level, active diverts,
    and for this client's projects: queues, effect start and end. It does not change with other
    clients' facts (D23), with new timeline entries or with the passing of time. Raises
    ``ValueError`` for a client the incident doesn't know.
    """
    facts.client(client_id)
    effects = facts.effects_of(client_id)
    mine = {effect.project_id for effect in effects}
    known = [each for each in facts.states if each.state != "unknown"]
    state = max(known, key=lambda each: each.at).state if known else "unknown"
    matter = {
        "exercise": facts.exercise,
        "false alarm": facts.false_alarm,
        "state": state,
        # Proposed or decided, what the client reads is the same.
        "priority": facts.priority.value if facts.priority else None,
        "cover level": _levels(facts, mine) if facts.cover else facts.cover_level,
        "effects": sorted(
            [
                effect.project_id,
                sorted(queue.lang for queue in effect.queues if queue.affected),
                _text(effect.effect_start),
                _text(effect.effect_end),
                effect.service_open,
            ]
            for effect in effects
        ),
        "cover": sorted(_cover(queue) for queue in facts.cover if queue.project_id in mine),
        "diverts": sorted(
            f"{divert.project_id}: {divert.kind}"
            for divert in facts.diverts
            if divert.active and (divert.project_id is None or divert.project_id in mine)
        ),
    }
    by_hand = _by_hand(facts, mine)
    if facts.normal_at and by_hand:
        # After the recovery people count; before it a new figure alone is no news for a client.
        matter["counted by hand"] = by_hand
    return digest(matter)


def report_fingerprint(facts: IncidentFacts, client_id: str, type: str) -> str:
    """As ``facts_fingerprint``; of a closing report it changes too with what people wrote for this
    client, since that stands in it (reports §4)."""
    found = facts_fingerprint(facts, client_id)
    mine = for_client(facts, client_id) if type in OF_WHAT_IS_WRITTEN else None
    if mine is None or not (mine.written or mine.corrective_actions):
        return found
    return digest([found, written_matter(mine)])


def written_matter(facts: IncidentFacts) -> list[object]:
    """What people wrote, as far as a text depends on it."""
    return [
        sorted(each.model_dump_json(exclude={"at", "by_role"}) for each in facts.written),
        # What nobody filled in is left out: an older draft, made before there was a place for it,
        # still fits.
        sorted(
            each.model_dump_json(exclude=None if each.resources else {"resources"})
            for each in facts.corrective_actions
        ),
    ]


def digest(matter: object) -> str:
    """A short text that changes with what is in it."""
    return hashlib.sha256(json.dumps(matter, sort_keys=True).encode()).hexdigest()[:16]


def _by_hand(facts: IncidentFacts, mine: set[str]) -> list[str]:
    """The figures that people counted or estimated for this client's queues."""
    return sorted(
        f"{calls.project_id}/{calls.lang} {name}: {number.value} {number.why}"
        for calls in facts.calls
        if calls.project_id in mine
        for name, number in calls
        if isinstance(number, Number) and number.kind in ("counted", "estimated")
    )


def _levels(facts: IncidentFacts, mine: set[str]) -> int | None:
    """The level of the client's own projects: another's is not its news (D23)."""
    return in_force([each for each in facts.level_changes if each.project_id in mine])


def _cover(queue: QueueCover) -> str:
    """What a text says of a queue's seats. A yes to a call-out makes no draft stale; one that was
    given and not kept does, since a text may have counted on it. A line that closes changes
    nothing: its seats stay as they were when it was open."""
    if not queue.touched:
        return ""
    rungs = [f"{each.rung}:{each.seats}" for each in queue.by_rung]
    heard = queue.voicemail.on and queue.voicemail.verified_at is not None
    return json.dumps(
        [queue.project_id, queue.lang, queue.needed, queue.filled, rungs, queue.voicemail.on,
         heard, queue.let_down, _text(queue.effect_at)]
    )  # fmt: skip


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
