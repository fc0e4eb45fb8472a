"""The sample company, large: agents who can be asked, people who look at pages, a rule for each
problem that a monitor will report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import yaml

from kitart.settings import HOUSE
from sandbox.load.size import Size

SOURCES = ("alertmanager", "grafana")
AGENTS_AREAS, VIEWERS_AREA = (113, 114), 115
"""Of Ofcom's ranges for drama, a thousand numbers each: +44 113 496 0000 and on are nobody's."""
A_RANGE = 1000


def company_for(size: Size, folder: Path) -> Path:
    """Write the plan of a company that this load fits; its folder."""
    made = Path(copytree(HOUSE / "config", folder / "config"))
    _add(made / "agents.yaml", (_agent(place) for place in range(size.people)))
    _add(made / "people.yaml", (_viewer(place) for place in range(size.viewers)))
    page = made / "monitoring.yaml"
    plan = yaml.safe_load(page.read_text(encoding="utf-8"))
    plan["monitoring"]["rules"] += [
        {"id": f"load-{source}-{problem}", "source": source, "match": {"service": service(problem)},
         "plan": "general", "projects": ["ALPHA"]}
        for problem in range(size.problems) for source in SOURCES
    ]  # fmt: skip
    page.write_text(yaml.safe_dump(plan), encoding="utf-8")
    return made


def service(problem: int) -> str:
    """What the monitors call the thing that has this problem."""
    return f"load-{problem:03d}"


def agents(size: Size) -> Mapping[str, str]:
    """The generated agents' phones, by code."""
    return {_agent_code(place): _agents_phone(place) for place in range(size.people)}


def viewers(size: Size) -> list[str]:
    """The codes of those who have pages open."""
    return [_viewer_code(place) for place in range(size.viewers)]


def _agent_code(place: int) -> str:
    return f"AG-L{place:04d}"


def _viewer_code(place: int) -> str:
    return f"VA-L{place:03d}"


def _agents_phone(place: int) -> str:
    area, number = divmod(place, A_RANGE)
    return f"+44{AGENTS_AREAS[area]}4960{number:03d}"


def _agent(place: int) -> dict[str, Any]:
    """On shift around the clock, so that who falls out of the phone system is missed."""
    return {
        "id": _agent_code(place), "queue": "ALPHA/de", "projects": ["ALPHA"], "country": "HU",
        "area": "HU-PE", "time_zone": "Europe/Budapest",
        "languages": {"de": "native", ("hu" if place % 2 else "en"): "C1"},
        "shift": ["Mon-Sun 00:00-24:00"],
        "channels": [{"kind": "sms", "address": _agents_phone(place)}],
        "mobile_operator": "OPERATOR-2",
    }  # fmt: skip


def _viewer(place: int) -> dict[str, Any]:
    """Somebody who may sign in, in a role that no plan played here pages."""
    return {
        "id": _viewer_code(place), "kind": "vcc_admin", "area": "HU-BU",
        "time_zone": "Europe/Budapest", "language": "hu" if place % 2 else "en",
        "channels": [{"kind": "sms", "address": f"+44{VIEWERS_AREA}4960{place:03d}"}],
        "responsibility": "watches", "authority": "none",
    }  # fmt: skip


def _add(page: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """Add to the list at a file's end; a JSON object is YAML as well."""
    with page.open("a", encoding="utf-8") as file:
        file.writelines(_lines(entries))


def _lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for entry in entries:
        yield f"  - {json.dumps(entry)}\n"
