"""A draft lapses when its facts change, and only then (D6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from kitart.reports.facts import IncidentFacts, PriorityFacts, SystemState, TimelineEntry
from kitart.reports.fingerprint import facts_fingerprint

At = Callable[..., datetime]
Make = Callable[..., IncidentFacts]


def changes(facts: IncidentFacts, at: At) -> dict[str, dict[str, Any]]:
    mine, *others = facts.effects
    up = SystemState(at=at("14:11"), state="up", source="monitoring")
    proved = facts.diverts[0].model_copy(update={"verified_at": at("14:19")})
    fewer = mine.model_copy(update={"queues": mine.queues[:1]})
    earlier = mine.model_copy(update={"effect_start": at("13:58")})
    added = mine.model_copy(update={"project_id": "ECHO"})
    return {
        "system is up": {"states": (*facts.states, up)},
        "priority": {"priority": PriorityFacts(value="P2", state="decided")},
        "cover level": {"cover_level": 4},
        "divert active": {"diverts": (proved,)},
        "queues": {"effects": (fewer, *others)},
        "effect start": {"effects": (earlier, *others)},
        "new project": {"effects": (*facts.effects, added)},
        "false alarm": {"false_alarm": True},
        "exercise": {"exercise": True},
    }


NAMES = [
    "system is up",
    "priority",
    "cover level",
    "divert active",
    "queues",
    "effect start",
    "new project",
    "false alarm",
    "exercise",
]


@pytest.mark.covers("D6", "E29", "E31")
@pytest.mark.parametrize("change", NAMES)
def test_a_draft_lapses_when_this_changes(make: Make, moment: At, change: str) -> None:
    facts = make()
    changed = facts.model_copy(update=changes(facts, moment)[change])
    assert facts_fingerprint(changed, "CL-1") != facts_fingerprint(facts, "CL-1")


def test_a_draft_still_fits_when_nothing_that_it_says_changes(make: Make, moment: At) -> None:
    facts = make()
    note = TimelineEntry(
        seq=99,
        occurred_at=moment("14:20"),
        recorded_at=moment("14:20"),
        type="note",
        author_role="ERT-1",
        source="phone",
        text="The supplier called back.",
    )
    still_down = SystemState(at=moment("14:15"), state="down", source="monitoring")
    unknown = SystemState(at=moment("14:16"), state="unknown", source="monitoring")
    changed = facts.model_copy(
        update={
            "timeline": (*facts.timeline, note),
            "states": (*facts.states, still_down, unknown),
            "next_update_at": moment("15:30"),
        }
    )
    assert facts_fingerprint(changed, "CL-1") == facts_fingerprint(facts, "CL-1")


@pytest.mark.covers("D23")
def test_another_clients_facts_do_not_matter(make: Make, moment: At) -> None:
    facts = make()
    mine, other, *rest = facts.effects
    moved = other.model_copy(update={"effect_start": moment("14:30")})
    changed = facts.model_copy(update={"effects": (mine, moved, *rest)})
    assert facts_fingerprint(changed, "CL-1") == facts_fingerprint(facts, "CL-1")
    assert facts_fingerprint(changed, "CL-2") != facts_fingerprint(facts, "CL-2")


@pytest.mark.covers("D6")
def test_a_priority_that_a_person_confirms_unchanged_makes_no_draft_stale(make: Make) -> None:
    facts = make()
    proposed = facts.model_copy(update={"priority": PriorityFacts(value="P1")})
    decided = facts.model_copy(update={"priority": PriorityFacts(value="P1", state="decided")})
    assert facts_fingerprint(proposed, "CL-1") == facts_fingerprint(decided, "CL-1")
