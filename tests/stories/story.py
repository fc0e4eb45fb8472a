"""A story that one seed draws: what happens, in which order, and whether the promises held.

The story draws a company (one or two projects are touched), an hour, people (at hand, busy or
away), and then does one thing after another: alerts come, again and resolved; systems and providers
fail and come back; agents drop out and return; people press buttons, also two at once; the gateway,
a run, or the whole machine crashes, at any place where a strand gives up its turn, so also between
a provider's taking a message and its record. After each step the promises are checked
(``promises.py``). In the last act all is well and everybody is willing: the incident must settle.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from random import Random

from kitart.alerts.intake import Post
from kitart.alerts.readers import UnreadablePost
from kitart.alerts.workplace import report_outage, takes_back
from kitart.connectors.voice import CallRecord
from kitart.gateway.outage import raise_first_alarm
from kitart.journal import incidents, timeline
from kitart.journal.outage_reports import AGENT, Said
from kitart.journal.tables import Incident
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.rosters import agents_on_shift
from kitart.settings import HOUSE
from tests.stories.installed import Away, Installed
from tests.stories.outside import FINE, PROVIDERS, WEATHERS
from tests.stories.people import People
from tests.stories.promises import Promises
from tests.stories.turns import Process, Turns, time_of

HOURS = (
    datetime(2026, 11, 24, 9, 0, tzinfo=UTC),  # a Tuesday, every line open
    datetime(2026, 11, 24, 5, 56, tzinfo=UTC),  # minutes before lines open
    datetime(2026, 11, 22, 2, 40, tzinfo=UTC),  # a night of a Sunday
    datetime(2026, 10, 25, 0, 40, tzinfo=UTC),  # minutes before an hour comes twice
    datetime(2027, 3, 28, 0, 40, tzinfo=UTC),  # minutes before an hour is left out
)
SYSTEMS = {"vcc": "VCC", "sharepoint": "SHAREPOINT", "client-crm-2": "CLIENT-CRM-2"}
LAST_ACT = timedelta(hours=3)
CRASHES = ("sending", "taken", "writing", "written", "reading", "asking for a run")


@dataclass
class Told:
    """What became of a story: its steps, the record it left, and every promise that broke."""

    seed: int
    steps: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    record: str = ""

    def __str__(self) -> str:
        return "\n".join(
            [
                f"seed {self.seed}: {len(self.broken)} broken",
                *(f"  BROKEN {each}" for each in self.broken),
                "its steps:",
                *(f"  {step}" for step in self.steps),
                f"again: python -m tests.stories --seeds {self.seed}",
            ]
        )


def play(seed: int) -> Told:
    """Play the story of a seed."""
    with tempfile.TemporaryDirectory(prefix="kitart-story-", dir=_quick_place()) as folder:
        return Story(seed, Path(folder)).play()


def _quick_place() -> Path | None:
    """Memory instead of a disk, where there is such a place: nobody pulls a plug here."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() else None


@lru_cache(maxsize=1)
def _company() -> Plan:
    return load_plan(HOUSE / "config")


@lru_cache(maxsize=8)
def _touching(projects: tuple[str, ...]) -> Plan:
    """The sample company, whose systems touch these projects alone."""
    body = json.loads(json.dumps(_company().snapshot()))
    for system in body["systems"]:
        if len(system.get("affects") or ()) > 2:
            system["affects"] = list(projects)
    # What only lets time go by is shorter: a story is about what happens in it.
    body["limits"] |= {"stable_before_recovered": 4, "cover_counts_after": 3}
    return Plan.from_snapshot(body)


class Story:
    """One company, one world, one order of all that happens."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.told = Told(seed)
        self.rng = Random(seed)
        self.turns = Turns(Random(self.rng.random()), self.rng.choice(HOURS))
        self.plan = _touching(
            self.rng.choice(
                (("ALPHA",), ("BRAVO",), ("CHARLIE",), ("DELTA",), ("BRAVO", "CHARLIE"))
            )
        )
        self._folder = folder
        self.installed: Installed
        self.people: People
        self.promises: Promises
        self._service = self.rng.choice(list(SYSTEMS))
        self._crash_in: dict[str, int] = {}
        self._machine_crashes = False

    def play(self) -> Told:
        """Play it to its end, or to the first broken promise."""
        with time_of(self.turns):
            asyncio.set_event_loop(self.turns.loop)
            self.installed = Installed(
                self.turns, self.plan, self._folder, Random(self.rng.random())
            )
            with self.installed.at_work():
                self.turns.at_turn = self._maybe_crash
                try:
                    self.turns.loop.run_until_complete(self._acts())
                finally:
                    self.told.record = self._record()
        return self.told

    # --- acts --------------------------------------------------------------------------------

    async def _acts(self) -> None:
        self.installed.gateway_begins()
        self.people = People(self.installed)
        self.promises = Promises(self.installed, self.people)
        self.turns.in_world(self.people.watch())
        on_shift = agents_on_shift(self.plan, self.turns.now())
        self.installed.outside.live = {agent.id: self.turns.now() for agent in on_shift}
        await self._step("the alarm", self._first_alarm())
        for _ in range(self.rng.randint(1, 6)):
            if self.told.broken:
                return
            what, act = self._next()
            await self._step(what, act())
        await self._step("the last act", self._last_act())
        await self._until_settled()
        if not self.told.broken:
            self._check(at_the_end=True)

    async def _step(self, what: str, doing: Awaitable[None]) -> None:
        self._note(what)
        await doing
        minutes = self.rng.choice((0.05, 0.3, 1, 2, 4, 8))
        await asyncio.sleep(minutes * 60 * self.rng.uniform(0.5, 1.5))
        self._check()

    def _check(self, *, at_the_end: bool = False) -> None:
        for each in self.promises.broken(at_the_end=at_the_end):
            self.told.broken.append(f"{self.turns.now():%H:%M:%S} {each}")

    def _note(self, what: str) -> None:
        self.told.steps.append(f"{self.turns.now():%H:%M:%S.%f} {what}")

    def _next(self) -> tuple[str, Callable[[], Awaitable[None]]]:
        rng = self.rng
        provider = rng.choice(PROVIDERS)
        weather = rng.choice((*WEATHERS, FINE, FINE))
        # Mostly the same one again: each further incident has runs and reports of its own.
        service = rng.choice(list(SYSTEMS)) if rng.random() < 0.15 else self._service
        place = rng.choice(CRASHES)
        often = place in ("reading", "writing", "written")
        turns = rng.choice((1, 1, 2, 3, 5, 8, 20)) * (8 if often else 1)
        prefect = "back" if self.installed.orchestrator.away else "away"
        machine = partial(self._arm, place, turns, machine=True)
        choices: list[tuple[int, str, Callable[[], Awaitable[None]]]] = [
            (4, f"{provider} is {weather}", partial(self._weather, provider, weather)),
            (3, f"an alert: {service} fires", partial(self._alert, service, "firing")),
            (2, f"an alert: {service} is resolved", partial(self._alert, service, "resolved")),
            (5, f"a crash at the {turns}th turn '{place}'", partial(self._arm, place, turns)),
            (1, f"the machine fails at the {turns}th turn '{place}'", machine),
            (1, f"Prefect is {prefect}", self._prefect),
            (2, "an agent drops out", self._agent_out),
            (1, "an agent is back", self._agent_back),
            (1, "all is fine", self._fine),
            (1, "calls are answered", self._calls_answered),
        ]  # fmt: skip
        weights = [weight for weight, _, _ in choices]
        _, what, act = rng.choices(choices, weights)[0]
        return what, act

    async def _first_alarm(self) -> None:
        if self.rng.random() < 0.4:
            for _ in range(self.rng.choice((1, 1, 2, 3))):
                await self._agent_out()
            return
        service = self._service
        provider = {"vcc": "vcc", "sharepoint": "microsoft"}.get(service)
        if provider is not None and self.rng.random() < 0.8:
            await self._weather(provider, self.rng.choice(("away", "refuses")))
        await self._alert(service, "firing")

    async def _last_act(self) -> None:
        await self._fine()
        self.installed.orchestrator.away = False
        self._crash_in.clear()
        self.people.all_are_willing()
        for agent in agents_on_shift(self.plan, self.turns.now()):
            if agent.id not in self.installed.outside.live:
                await self._log_in(agent.id)
        for service in SYSTEMS:
            await self._alert(service, "resolved")

    async def _until_settled(self) -> None:
        until = self.turns.now() + LAST_ACT
        while self.turns.now() < until and not self.told.broken:
            await asyncio.sleep(120)
            await self._calls_answered()
            self._back_ups_log_in()
            self._check()
            with self.installed.inst.journal.read() as session:
                if not incidents.unsettled(session):
                    self._note("all is settled")
                    return

    # --- what may happen ---------------------------------------------------------------------

    async def _weather(self, provider: str, weather: str) -> None:
        self.installed.outside.weather[provider] = weather

    async def _fine(self) -> None:
        self.installed.outside.weather.update(dict.fromkeys(PROVIDERS, FINE))

    async def _prefect(self) -> None:
        self.installed.orchestrator.away = not self.installed.orchestrator.away

    async def _alert(self, service: str, status: str) -> None:
        source = next(s for s in self.plan.monitoring.sources if s.name == "alertmanager")
        post = Post(self.plan, source, _alertmanager(service, status, self.turns.start))
        for _ in range(5):  # a monitor sends again what was not accepted
            try:
                self.promises.accepted(await self.installed.gateway.accept(post))
            except (Away, UnreadablePost):
                await asyncio.sleep(30)
            else:
                return

    async def _agent_out(self) -> None:
        outside = self.installed.outside
        codes = [p for s in self.plan.systems for p in s.affects if s.id == "VCC"]
        here = [
            a for a in agents_on_shift(self.plan, self.turns.now())
            if a.id in outside.live and a.queue.partition("/")[0] in codes
        ]  # fmt: skip
        if not here:
            return
        agent = self.rng.choice(here)
        del outside.live[agent.id]
        self._note(f"  {agent.id}")
        project, _, language = agent.queue.partition("/")
        now = self.turns.now()
        said = Said(
            agent=agent.id, project=project, language=language, area=agent.area,
            reported_by=agent.id, role=AGENT, safe="yes", what="power", can_move="no",
            occurred_at=now, until=None,
        )  # fmt: skip
        form = f"{agent.id}:{now.isoformat()}"

        def take() -> None:
            inst = self.installed.inst
            with inst.journal.write() as session:
                made = report_outage(session, self.plan, form, said, now=inst.clock.now())
            if made is not None:
                raise_first_alarm(self.installed.gateway.place, [made])

        await self._by_page(take)

    async def _agent_back(self) -> None:
        out = [
            a.id for a in agents_on_shift(self.plan, self.turns.now())
            if a.id not in self.installed.outside.live
        ]  # fmt: skip
        if out:
            await self._log_in(self.rng.choice(out))

    async def _log_in(self, agent: str) -> None:
        self._note(f"  {agent} logs in")
        self.installed.outside.live[agent] = self.turns.now()
        inst = self.installed.inst

        def take() -> None:
            with inst.journal.write() as session:
                takes_back(session, agent, by=agent, role=AGENT, now=inst.clock.now())

        await self._by_page(take)

    async def _by_page(self, work: Callable[[], None]) -> None:
        """Somebody uses a page; while the gateway is away, again half a minute later."""
        for _ in range(10):
            try:
                await self.installed.gateway.asked(work)
            except Away:
                await asyncio.sleep(30)
            else:
                return

    def _back_ups_log_in(self) -> None:
        """Who promised to come is there."""
        from kitart.journal import cover

        with self.installed.inst.journal.read() as session:
            for row in session.query(Incident):
                for call in cover.of_incident(session, row.number):
                    if call.state == cover.ACCEPTED:
                        self.installed.outside.live.setdefault(call.agent, self.turns.now())

    async def _calls_answered(self) -> None:
        """Where the phone system works and somebody is live, callers are answered."""
        outside = self.installed.outside
        if outside.weather["vcc"] != FINE:
            return
        for line in self.plan.lines:
            agent = next(
                (a for a in self.plan.agents if a.id in outside.live and line.project in a.projects
                 and line.lang in a.languages), None,
            )  # fmt: skip
            if agent is not None:
                number = len(outside.calls) + 1
                outside.calls.append(
                    CallRecord(
                        f"call-{number}", line.project, line.number, "", line.lang,
                        self.turns.now() - timedelta(seconds=30), "agent", agent.id, 20.0, 25.0,
                    )
                )  # fmt: skip

    # --- crashes -----------------------------------------------------------------------------

    async def _arm(self, place: str, turns: int, *, machine: bool = False) -> None:
        self._crash_in = {place: turns}
        self._machine_crashes = machine

    def _maybe_crash(self, place: str, process: Process) -> None:
        if place not in self._crash_in or process.dead or process.name == "outside":
            return
        self._crash_in[place] -= 1
        if self._crash_in[place] > 0:
            return
        self._crash_in.clear()
        dying = [process]
        if self._machine_crashes:
            runs = self.installed.orchestrator.known.values()
            every = (process, self.installed.gateway.process, *runs)
            dying = [each for each in dict.fromkeys(every) if not each.dead and not each.ended]
        for each in dying:
            self._note(f"  {each.name} crashes at '{place}'")
            self.installed.crash(each)
            self.installed.processes.append(each)
        if self.installed.gateway.process.dead:
            after_s = self.rng.uniform(1, 40)
            self.turns.in_world(self._gateway_again(after_s))

    async def _gateway_again(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        self.installed.gateway_begins()
        self._note("  a gateway begins")

    # --- what is left of it ------------------------------------------------------------------

    def _record(self) -> str:
        """Every incident's record, each entry with its hash: two runs of one seed differ in no
        byte of it."""
        with self.installed.inst.journal.read() as session:
            return "\n".join(
                f"{e.incident} {e.seq} {e.recorded_at.isoformat()} {e.occurred_at.isoformat()} "
                f"{e.author}/{e.source} {e.type}: {e.text} {json.dumps(e.data, sort_keys=True)} "
                f"{e.hash}"
                for incident in session.query(Incident).order_by(Incident.seq)
                for e in timeline.entries(session, incident.number)
            )


def _alertmanager(service: str, status: str, started: datetime) -> bytes:
    """A post as Alertmanager v4 sends it."""
    return json.dumps(
        {
            "version": "4",
            "status": status,
            "receiver": "kitart",
            "groupKey": f'{{}}:{{alertname="{service}"}}',
            "truncatedAlerts": 0,
            "alerts": [
                {
                    "status": status,
                    "labels": {"alertname": f"{service} down", "service": service},
                    "annotations": {"summary": f"{service} does not answer"},
                    "startsAt": started.isoformat(),
                    "endsAt": "0001-01-01T00:00:00Z",
                    "fingerprint": f"7a1c2f{service}",
                }
            ],
        }
    ).encode()
