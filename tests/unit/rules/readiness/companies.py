"""Small random companies: the sample's frame with other queues, agents, hours and permissions."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.plan.schema import Agent, Plan

FIRST_DAY = date(2026, 10, 22)
"""The clocks of Europe change three days later, those of Canada ten days later."""
LANGUAGES = ("de", "fr", "en")
LEVELS = ("native", "C1", "B1")
HOURS = (
    "24/7", "Mon-Fri 08:00-16:00", "Mon-Fri 14:00-22:00", "Sat,Sun 22:00-06:00",
    "Mon-Sun 23:30-07:30", "Thu-Sun 00:00-12:00",
)  # fmt: skip
ZONES = ("Europe/Budapest", "America/Toronto", "Asia/Kuala_Lumpur", "Asia/Kolkata")
AREAS = ("HU-05", "RO-IS", "DE-BY")
COUNTRIES = ("HU", "DE", "CA")


@cache
def sample() -> Plan:
    return load_plan(Path(__file__).resolve().parents[4] / "config")


def _hours(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(HOURS), max_size=most, unique=True).map(tuple)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A company of two clients, three projects and up to nine agents."""
    base = sample()
    permits = {
        name: draw(st.booleans())
        for name in ("english_only", "non_native", "voicemail", "shared_agents")
    }
    countries = draw(st.sampled_from((("any",), ("EEA",), ("CA", "DE"))))
    clients = tuple(
        client.model_copy(update={"permits": client.permits.model_copy(
            update={"agent_countries": countries, **permits} if client.id == "CL-1" else {})})
        for client in base.clients[:2]
    )  # fmt: skip
    projects = []
    for code, like, langs in (
        ("ALPHA", 0, ("de", "fr")), ("BRAVO", 1, ("de", "en")), ("GOLF", 1, ("fr",)),
    ):  # fmt: skip
        project = base.projects[like]
        queues = tuple(
            project.queues[0].model_copy(update={
                "lang": lang, "lines": (), "min_level": draw(st.sampled_from(("B2", "C1", "A2"))),
                "seats": {window: draw(st.integers(0, 2)) for window in project.windows},
            })
            for lang in langs
        )  # fmt: skip
        projects.append(project.model_copy(update={"id": code, "queues": queues}))
    agents = tuple(draw(_agent(n)) for n in range(draw(st.integers(1, 9))))
    return base.model_copy(
        update={"clients": clients, "projects": tuple(projects), "agents": agents}
    )


@st.composite
def _agent(draw: st.DrawFn, number: int) -> Agent:
    queue = draw(st.sampled_from(("ALPHA/de", "ALPHA/fr", "BRAVO/de", "BRAVO/en", "GOLF/fr")))
    project, _, language = queue.partition("/")
    spoken = draw(st.dictionaries(st.sampled_from(LANGUAGES), st.sampled_from(LEVELS)))
    cleared = draw(st.sets(st.sampled_from(("ALPHA", "BRAVO", "GOLF"))))
    away = FIRST_DAY + timedelta(days=draw(st.integers(0, 6)))
    given: dict[str, Any] = {
        "id": f"AG-{number + 1}",
        "queue": queue,
        "country": draw(st.sampled_from(COUNTRIES)),
        "area": draw(st.sampled_from(AREAS)),
        "time_zone": draw(st.sampled_from(ZONES)),
        "languages": {language: draw(st.sampled_from(LEVELS)), **spoken},
        "projects": tuple(sorted(cleared | {project})),
        "shift": draw(_hours(1)),
        "standby": draw(_hours(2)),
        "standby_queues": draw(st.sampled_from(((queue,), (queue, "GOLF/fr")))),
        "channels": [
            {"kind": "sms", "address": f"+44770090000{number}", "verified": draw(_verified())},
            {"kind": "voice", "address": f"+44207946000{number}", "verified": draw(_verified()),
             "depends_on": draw(st.sampled_from(((), ("OPERATOR-2",))))},
        ],
        "mobile_operator": draw(st.sampled_from((None, "OPERATOR-1", "OPERATOR-2"))),
        "power": {"internet_provider": draw(st.sampled_from((None, "OPERATOR-2")))},
        "leave": draw(st.sampled_from(([], [{"first": away, "last": away}]))),
        "rest_hours": draw(st.sampled_from((0, 11))),
        "usual_start_minutes": draw(st.sampled_from((15, 20, 45))),
    }  # fmt: skip
    return Agent.model_validate(given)


def _verified() -> st.SearchStrategy[date | None]:
    """Some too old from the middle of the days looked at on (test 8)."""
    return st.sampled_from((None, FIRST_DAY, FIRST_DAY - timedelta(days=87)))
