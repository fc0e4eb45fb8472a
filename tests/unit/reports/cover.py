"""Facts of agents who can't work: two queues of BRAVO and one of ALPHA."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from kitart.plan.workplace import WORKPLACE
from kitart.reports import facts as f

At = Callable[..., datetime]
Make = Callable[..., f.IncidentFacts]

PLACE = f.SystemFacts(id=WORKPLACE, name="Place of work", carries_calls=False)


def objective(start: datetime, outcome: str, **more: Any) -> f.Objective:
    return f.Objective.model_validate({
        "limit_minutes": 30, "in_force_from": start, "due": start + timedelta(minutes=30),
        "source": "the plan's objective for cover levels 1 to 3", "outcome": outcome, **more,
    })  # fmt: skip


def queue(at: At, project: str = "BRAVO", lang: str = "de", **more: Any) -> f.QueueCover:
    """One of one seats taken at 10:02, nobody there yet, unless said otherwise."""
    start = at("10:02")
    values: dict[str, Any] = {
        "project_id": project, "lang": lang, "open": True, "needed": 1, "own": 0, "taken": 1,
        "threatened_at": start,
        "shortages": (f.ShortageFacts(start=start, objectives=(
            objective(start, "running", left_s=600),)),),
        **more,
    }  # fmt: skip
    return f.QueueCover.model_validate(values)


def seated(rung: str, seats: int = 1) -> tuple[f.RungSeats, ...]:
    return (f.RungSeats.model_validate({"rung": rung, "seats": seats}),)


def out(make: Make, at: At, *queues: f.QueueCover, **changes: Any) -> f.IncidentFacts:
    """The incident with these queues; the effect of each project follows from them."""
    base = make()
    effects = []
    for effect in base.effects:
        mine = [q for q in queues if q.project_id == effect.project_id]
        if not mine:
            continue
        felt = [q.effect_at for q in mine if q.effect_at]
        effects.append(effect.model_copy(update={
            "queues": tuple(
                each.model_copy(update={"affected": each.lang in {q.lang for q in mine}})
                for each in effect.queues
            ),
            "effect_start": min(felt, default=None), "effect_start_kind": "reported",
        }))  # fmt: skip
    clients = {effect.client_id for effect in effects}
    values: dict[str, Any] = {
        "kind": "workplace unusable", "system": PLACE, "cover": queues,
        "effects": tuple(effects), "diverts": (), "proofs": (), "supplier": None,
        "states": (f.SystemState(at=at("10:02"), state="down", source="person"),),
        "reported_at": at("10:04"), "detected_by": "an agent", "timeline": (),
        "clients": tuple(c for c in base.clients if c.id in clients),
        "agents_out": (f.AgentsOut(project_id="BRAVO", country="ES", count=2),
                       f.AgentsOut(project_id="ALPHA", country="RO", count=1)),
        **changes,
    }  # fmt: skip
    return make(**values)
