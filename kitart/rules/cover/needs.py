"""How many seats each queue needs, and who of the roster fills them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kitart.plan.calendars import Calendar
from kitart.plan.schema import Agent, Client, Permits, Plan, Project, Queue
from kitart.rules.calendars import is_open
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.presence import Presence, Standing


@dataclass(frozen=True)
class Need:
    """One queue: seats needed now, who is live, who of its roster is out (codes, sorted).

    ``elsewhere``: seats that another incident sees to (E5).
    """

    project: str
    language: str
    min_level: str
    client: str
    permits: Permits
    needed: int
    live: tuple[str, ...]
    out: tuple[str, ...]
    elsewhere: int = 0

    @property
    def key(self) -> str:
        """As the plan names a queue: "BRAVO/es"."""
        return f"{self.project}/{self.language}"

    @property
    def short(self) -> int:
        """Seats that nobody sits in."""
        return max(0, self.needed - len(self.live) - self.elsewhere)

    @property
    def short_by_roster(self) -> int:
        """Seats that would be empty with nobody out: the roster's own gap."""
        return max(0, self.needed - len(self.live) - len(self.out) - self.elsewhere)


def needs(plan: Plan, facts: Facts, presence: Presence) -> tuple[Need, ...]:
    """The queues of the facts' projects in the plan's order; a closed line needs no seat."""
    gone = {each.agent for each in facts.out}
    rostered: dict[str, list[str]] = defaultdict(list)
    for agent in plan.agents:
        if presence.of(agent) is Standing.SHIFT:
            rostered[agent.queue].append(agent.id)
    clients = {client.id: client for client in plan.clients}
    calendars = {calendar.id: calendar for calendar in plan.calendars}
    opened: dict[str, bool] = {}
    found = []
    for project in plan.projects:
        if facts.projects is not None and project.id not in facts.projects:
            continue
        calendar = calendars[project.service_calendar]
        if calendar.id not in opened:
            opened[calendar.id] = is_open(calendar, presence.at)
        window = _window(project, calendar, presence) if opened[calendar.id] else None
        for queue in project.queues:
            found.append(_need(project, queue, clients[project.client], window,
                               rostered[f"{project.id}/{queue.lang}"], gone,
                               facts.elsewhere))  # fmt: skip
    return tuple(found)


def on_shift(plan: Plan, presence: Presence) -> tuple[Agent, ...]:
    """Everybody whom the roster has at work."""
    return tuple(agent for agent in plan.agents if presence.of(agent) is Standing.SHIFT)


def _need(
    project: Project,
    queue: Queue,
    client: Client,
    window: str | None,
    rostered: Iterable[str],
    gone: set[str],
    elsewhere: Mapping[str, int],
) -> Need:
    return Need(
        project=project.id,
        language=queue.lang,
        min_level=queue.min_level,
        client=client.id,
        permits=client.permits,
        needed=queue.seats.get(window, 0) if window else 0,
        live=tuple(sorted(code for code in rostered if code not in gone)),
        out=tuple(sorted(code for code in rostered if code in gone)),
        elsewhere=elsewhere.get(f"{project.id}/{queue.lang}", 0),
    )


def _window(project: Project, calendar: Calendar, presence: Presence) -> str | None:
    """The name of the first window that holds the moment; ``None`` when none does."""
    holding = (
        name
        for name, hours in project.windows.items()
        if presence.holds((hours,), calendar.time_zone)
    )
    return next(holding, None)
