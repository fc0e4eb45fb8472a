"""Does a draft still fit the facts? (D6)"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from kitart.reports.facts import IncidentFacts


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
        "cover level": facts.cover_level,
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
        "diverts": sorted(
            f"{divert.project_id}: {divert.kind}"
            for divert in facts.diverts
            if divert.active and (divert.project_id is None or divert.project_id in mine)
        ),
    }
    return hashlib.sha256(json.dumps(matter, sort_keys=True).encode()).hexdigest()[:16]


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
