"""Looks at everything beside one another, each within a limit, and says what was found.

One look that fails or hangs hides no other: it is a finding itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kitart import __version__, prefect_look
from kitart.clock import real_now
from kitart.connecting import everything, running
from kitart.connecting.check import Check, Found, failed, ok
from kitart.connectors import own_gateway
from kitart.connectors.errors import ConnectorError
from kitart.doctor import incidents, journal, prefect, waiting, watch
from kitart.doctor.finding import Finding, worst_first
from kitart.doctor.journal import JournalSeen
from kitart.doctor.watch import GatewaySeen, Mark
from kitart.installation import Installation
from kitart.journal import health, stuck, upgrading, usable
from kitart.journal.database import JournalError
from kitart.orchestrator import POOL
from kitart.plan.loading import PlanError
from kitart.prefect_look import Answer, PrefectTrouble

T = TypeVar("T")
LIMIT_S, ALL_S = 6.0, 15.0
"""How long one look may take, and all of them, in real seconds."""
OPENS, WRITES, MOVES, CLOCK = "journal/opens", "journal/writes", "journal/moves", "journal/clock"
DISK, PLAN, GATEWAY = "disk/room", "plan/faults", "gateway/ready"
ANSWERS, DEPLOYED = "prefect/answers", "prefect/deployments"
POOLED, RUNS = "prefect/pool", "prefect/runs"


@dataclass(frozen=True)
class Moves:
    """What the journal has of what should move, as of one moment of each clock."""

    now: datetime
    real_now: datetime
    held: Sequence[stuck.Held]
    late: Sequence[stuck.Late]
    unanswered: Sequence[stuck.Unanswered]
    unfiled: Sequence[stuck.Unfiled]
    marks: dict[str, Mark]


@dataclass(frozen=True)
class Examined:
    """What was found, the worst first; ``seen_nothing`` where no look could be made at all."""

    at: datetime
    zone: str
    findings: Sequence[Finding]
    seen_nothing: bool


def examine(inst: Installation, *, limit_s: float = LIMIT_S, all_s: float = ALL_S) -> Examined:
    """Look at journal, gateway, Prefect and all that waits, and change nothing."""
    round = _Round(inst)
    lines = running.run(
        round.checks(),
        limit_s=limit_s, all_s=all_s,
    )  # fmt: skip
    ids = [f"{line.connection}/{line.name}" for line in lines]
    missed = [
        (id, line.seen) for id, line in zip(ids, lines, strict=True)
        if line.state == "failed" and id not in round.seen
    ]  # fmt: skip
    findings = round.judged(real_now()) + [_missed(id, why) for id, why in missed]
    hidden = running.to_hide(everything.secrets_of(inst.settings))
    return Examined(
        inst.clock.now(), round.zone, worst_first([_hiding(one, hidden) for one in findings]),
        not round.seen,
    )  # fmt: skip


def _missed(id: str, why: str) -> Finding:
    subject, name = _parts(id)
    return Finding(
        "look.failed", "hinders", f"Could not be looked at: {subject}, {name} ({why})",
        "What is wrong there is not known.", ("kitart doctor   once more",),
    )  # fmt: skip


def _hiding(one: Finding, hidden: Sequence[str]) -> Finding:
    return Finding(
        one.code, one.weight, running.without(one.what, hidden), one.means,
        tuple(_struck(each, hidden) for each in one.do), one.since, one.for_s,
    )  # fmt: skip


def _struck(text: str, hidden: Sequence[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, running.HIDDEN)
    return text


class _Round:
    """One round of looks; what each saw, by its name."""

    def __init__(self, inst: Installation) -> None:
        self._inst = inst
        self.seen: dict[str, Any] = {}
        self.zone = "UTC"
        file = usable.file_of(inst.settings.journal_url)
        self._file = file
        self._place = str(file) if file is not None else _server(inst.settings.journal_url)

    def checks(self) -> list[Check]:
        """Every look, and which have to go well before."""
        inst, journal_there, prefect_there = self._inst, (OPENS,), (ANSWERS,)
        looks: list[tuple[str, Callable[[], Found], tuple[str, ...]]] = [
            (OPENS, self._open, ()),
            (WRITES, self._kept(WRITES, lambda: usable.writing(inst.journal)), journal_there),
            (MOVES, self._kept(MOVES, self._moves), journal_there),
            (CLOCK, self._kept(CLOCK, self._journal_ahead), journal_there),
            (DISK, self._kept(DISK, self._free_mb), ()),
            (PLAN, self._kept(PLAN, self._plan), ()),
            (GATEWAY, self._kept(GATEWAY, self._gateway), ()),
            (ANSWERS, self._of_prefect(ANSWERS, prefect_look.answering), ()),
            (DEPLOYED, self._of_prefect(DEPLOYED, prefect_look.deployed), prefect_there),
            (POOLED, self._of_prefect(POOLED, prefect_look.pool), prefect_there),
            (RUNS, self._of_prefect(RUNS, prefect_look.runs), prefect_there),
        ]
        return [Check(*_parts(id), look, after) for id, look, after in looks]

    def _kept(self, name: str, look: Callable[[], object]) -> Callable[[], Found]:
        def kept() -> Found:
            self.seen[name] = look()
            return ok("")

        return kept

    def _of_prefect(self, name: str, look: Callable[[], object]) -> Callable[[], Found]:
        def kept() -> Found:
            try:
                self.seen[name] = look()
            except PrefectTrouble as trouble:
                self.seen[name] = trouble
                return failed(str(trouble), "")
            return ok("")

        return kept

    # --- the looks -----------------------------------------------------------------------------

    def _open(self) -> Found:
        self.seen[OPENS] = found = self._opened()
        return ok("") if found.opened == "yes" else failed(found.said, "")

    def _opened(self) -> JournalSeen:
        on_file = self._file is not None
        if self._file is not None and not self._file.is_file():
            said = f"there is no journal at {self._file}"
            return JournalSeen("not made", said, self._place, on_file)
        try:
            upgrading.standing(self._inst.journal)
        except upgrading.OtherVersion as error:
            return JournalSeen("other version", str(error), self._place, on_file)
        except upgrading.NotMade as error:
            return JournalSeen("not made", str(error), self._place, on_file)
        except JournalError as error:
            said = str(error).partition("\n")[0].removeprefix("the journal can't be opened: ")
            return JournalSeen("no", said, self._place, on_file)
        return JournalSeen("yes", "", self._place, on_file)

    def _moves(self) -> Moves:
        now, real = self._inst.clock.now(), real_now()

        def asked(session: Session) -> Moves:
            marks = health.marks(session)
            return Moves(
                now, real,
                stuck.runs_of(session, real_now=real),
                stuck.late(session, now=now, real_now=real),
                stuck.unanswered(session, now=now),
                stuck.unfiled(session),
                {name: Mark(row.at_real, row.ok, row.said) for name, row in marks.items()},
            )  # fmt: skip

        return self._inst.journal.ask(asked)

    def _journal_ahead(self) -> timedelta | None:
        asked_at = real_now()
        theirs = usable.clock_of(self._inst.journal)
        return None if theirs is None else theirs - asked_at - (real_now() - asked_at) / 2

    def _free_mb(self) -> tuple[str, int]:
        data = self._inst.settings.data_dir
        folder = self._file.parent if self._file is not None else data
        return str(folder), shutil.disk_usage(folder).free // 2**20

    def _plan(self) -> int:
        """How many faults the plan has."""
        try:
            self.zone = self._inst.current_plan().company.time_zone
        except PlanError as error:
            return max(1, len(error.problems))
        return 0

    def _gateway(self) -> GatewaySeen:
        settings = self._inst.settings
        try:
            version = own_gateway.version_at(
                settings.gateway_url, ca_file=settings.heartbeat.ca_file, timeout_s=(2.0, 3.0)
            )
        except ConnectorError as error:
            why = error.message.removeprefix(f"{own_gateway.NAME}: ")
            return GatewaySeen(settings.gateway_url, "", why)
        return GatewaySeen(settings.gateway_url, version)

    # --- what they mean ------------------------------------------------------------------------

    def judged(self, real: datetime) -> list[Finding]:
        """All findings of what was seen."""
        settings, findings = self._inst.settings, list[Finding]()
        if opened := self._saw(OPENS, JournalSeen):
            findings += journal.of_opening(opened)
        if writing := self._saw(WRITES, usable.Writing):
            findings += journal.of_writing(writing, self._place, self._file is not None)
        if gateway := self._saw(GATEWAY, GatewaySeen):
            findings += watch.of_gateway(gateway, __version__)
        findings += self._of_prefect_seen(real)
        if moves := self._saw(MOVES, Moves):
            findings += self._of_moves(moves)
        if DISK in self.seen:
            folder, free_mb = self.seen[DISK]
            findings += journal.of_disk(folder, free_mb, settings.heartbeat.least_free_mb)
        if apart := self._saw(CLOCK, timedelta):
            findings += journal.of_clock("the journal's database", apart.total_seconds(), real)
        if self.seen.get(PLAN):
            findings.append(
                Finding(
                    "plan.faults", "hinders", f"The plan has faults: {self.seen[PLAN]}",
                    "The gateway works on with the last good one, and does not start again.",
                    ("kitart plan check",),
                )
            )  # fmt: skip
        return findings

    def _saw(self, name: str, kind: type[T]) -> T | None:
        found = self.seen.get(name)
        return found if isinstance(found, kind) else None

    def _of_prefect_seen(self, real: datetime) -> list[Finding]:
        if trouble := self._saw(ANSWERS, PrefectTrouble):
            return prefect.of_trouble(trouble, _server(prefect_look.address()))
        found: list[Finding] = []
        if answer := self._saw(ANSWERS, Answer):
            found += journal.of_clock("Prefect's server", answer.ahead.total_seconds(), real)
        troubles = [self._saw(name, PrefectTrouble) for name in (POOLED, DEPLOYED, RUNS)]
        if first := next((one for one in troubles if one is not None), None):
            found += prefect.of_trouble(first, _server(prefect_look.address()))
        if POOLED in self.seen and not isinstance(self.seen[POOLED], PrefectTrouble):
            found += prefect.of_pool(self.seen[POOLED], POOL, real)
        if (deployed := self._saw(DEPLOYED, tuple)) is not None:
            found += prefect.of_deployments(deployed, POOL)
        if runs := self._saw(RUNS, tuple):
            found += prefect.of_late_runs(runs, real)
        return found

    def _of_moves(self, moves: Moves) -> list[Finding]:
        settings = self._inst.settings
        runs = cast("tuple[prefect_look.Run, ...] | None", self._saw(RUNS, tuple))
        found = incidents.of_undriven(moves.held, runs, moves.real_now)
        found += waiting.of_questions(moves.unanswered, f"{settings.gateway_url}/board", moves.now)
        found += waiting.of_messages(moves.late, moves.now, moves.real_now)
        found += waiting.of_documents(moves.unfiled, moves.now)
        found += watch.of_health_watch(
            moves.marks.get(health.WATCH), settings.heartbeat.watch_late_s, moves.real_now,
            any(not each.closed for each in moves.held),
        )  # fmt: skip
        found += watch.of_signs(
            moves.marks.get(health.HEARTBEAT), settings.heartbeat, moves.real_now,
            settings.mode == "sandbox",
        )  # fmt: skip
        if runs:
            found += incidents.of_orphans(moves.held, runs, self._drove(runs), moves.real_now)
        return found

    def _drove(self, runs: Sequence[prefect_look.Run]) -> dict[str, str]:
        """The incidents that runs without a number once drove."""
        nameless = [run.id for run in runs if run.plan and run.incident is None]
        try:
            with self._inst.journal.read() as session:
                known = {run: stuck.of_run(session, run) for run in nameless}
        except SQLAlchemyError:
            return {}  # the journal went away meanwhile; that is said by the next round
        return {run: number for run, number in known.items() if number is not None}


def _parts(id: str) -> tuple[str, str]:
    subject, _, name = id.partition("/")
    return subject, name


def _server(url: str) -> str:
    """A server's address without what is secret in it."""
    return url.rpartition("@")[2].partition("?")[0]
