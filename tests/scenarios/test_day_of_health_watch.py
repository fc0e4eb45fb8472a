"""A day of looks each minute, with outages in it: each is found in time, and nothing else opens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from flows.health_watch import health_watch as health_watch_flow
from kitart.clock import HandClock
from kitart.connectors.http import host_pauses
from kitart.installation import Installation, use_installation
from kitart.journal import health, incidents, timeline
from kitart.journal.tables import Incident
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from sandbox.world import World
from tasks import health_watch
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("R43", "E34", "E35", "E41")
MINUTE = timedelta(minutes=1)
DAY = 24 * 60
# From which minute, for how many, and what the phone system does: "down" and "errors" are outages.
OUTAGES = [(61, 2, "down"), (200, 17, "errors"), (540, 3, "down"), (900, 45, "down"),
           (1300, 2, "errors")]  # fmt: skip
LOST_LOOKS = (20, 130, 140, 400, 700, 1100, 1101 + 10)
"""Minutes whose one look is lost."""
TOO_BUSY = range(1000, 1020)
"""Minutes in which the phone system asks to wait: nothing can be told."""


@pytest.fixture
def house(
    tmp_path: Path, database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    company = _that_looks_at_the_phones_alone(tmp_path)
    plan = load_plan(company)
    clock = HandClock(datetime.fromisoformat("2026-11-24T00:00:00+00:00"))
    world = World(plan, tmp_path, "http://127.0.0.1:1", clock, characters={"default": "never"})
    world.start()
    settings = Settings(
        mode="sandbox", data_dir=tmp_path, config_dir=company, database_url=database_url(),
        secret_key=SecretStr("a-long-key-for-the-story"),
    )  # fmt: skip
    inst = Installation(world.settings(settings), clock)
    make_tables(inst.journal)
    use_installation(inst)
    # Reading the plan anew for each of 1,440 looks would be most of the work.
    monkeypatch.setattr(inst, "current_plan", lambda: plan)
    # Nobody is paged in this story: it is about what is seen.
    monkeypatch.setattr(health_watch, "raise_alarm", lambda inst, number: None)
    yield world, inst, clock
    world.stop()
    use_installation(None)
    inst.journal.close()
    host_pauses.forget()


def _that_looks_at_the_phones_alone(folder: Path) -> Path:
    """A day of looks at SharePoint too would take minutes and show the same."""
    copy = Path(shutil.copytree(HOUSE / "config", folder / "config"))
    raw = yaml.safe_load((copy / "systems.yaml").read_text("utf-8"))
    for system in raw["systems"]:
        if system.get("probe") != "vcc":
            system.pop("probe", None)
        system.pop("vendor_status", None)
    (copy / "systems.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    return copy


def truth(minute: int) -> str:
    for begin, length, mode in OUTAGES:
        if begin <= minute < begin + length:
            return mode
    return "down" if minute in LOST_LOOKS else "up"


def look(world: World, minute: int) -> None:
    host_pauses.forget()
    world.vcc.outage = truth(minute)  # type: ignore[assignment]
    if minute == TOO_BUSY.start:
        world.vcc_faults.set("*", "throttle", retry_after=1)
    if minute == TOO_BUSY.stop:
        world.vcc_faults.clear()
    health_watch.look_at_systems.fn()  # type: ignore[attr-defined]


def end_what_is_over(inst: Installation, now: datetime) -> None:
    """People close each incident once the system was seen up."""
    with inst.journal.write() as session:
        for row in incidents.open_incidents(session):
            if timeline.entries(session, row.number, "system up"):
                incidents.close(session, row.number, "closed", now=now)


def test_every_outage_is_found_within_two_looks_and_nothing_else_opens(house: Any) -> None:
    world, inst, clock = house
    begin = clock.now()
    for minute in range(1, DAY + 1):
        clock.move_to(begin + minute * MINUTE)
        look(world, minute)
        end_what_is_over(inst, clock.now())
    with inst.journal.read() as session:
        opened = session.query(Incident).order_by(Incident.seq).all()
        kept = health.probes(session, ["VCC"], begin)
    assert {row.system_id for row in opened} == {"VCC"}
    # Its start is the first failed look, and it was open by the second.
    assert [row.cause_at for row in opened] == [begin + first * MINUTE for first, _, _ in OUTAGES]
    assert [row.opened_at for row in opened] == [
        begin + (first + 1) * MINUTE for first, _, _ in OUTAGES
    ]
    # The record of a day: a look a minute, each said as it was.
    assert len(kept) == DAY
    told = {round((row.at - begin) / MINUTE): row.state for row in kept}
    for minute, state in told.items():
        if minute in TOO_BUSY:
            assert state == "unknown"
        else:
            assert state == ("up" if truth(minute) == "up" else "down")


def test_a_run_of_the_flow_ends_with_what_was_found(house: Any) -> None:
    world, inst, clock = house
    state = health_watch_flow(return_state=True)
    assert (state.type.value, state.message) == ("COMPLETED", "1 of 1 systems answer")
    world.vcc.outage = "down"
    for _ in range(2):
        clock.advance(minutes=1)
        state = health_watch_flow(return_state=True)
    assert state.message.endswith("in INC-0001")
    with inst.journal.read() as session:
        assert incidents.get(session, "INC-0001").system_id == "VCC"
