"""What a run that was killed looks like in Prefect, once another drives its incident (D21)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.states import Completed, Pending, Running, State
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock, real_now
from kitart.installation import Installation, use_installation
from kitart.journal import incidents, timeline
from kitart.journal.database import Lease
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from tasks import dead_runs
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

pytestmark = [pytest.mark.timeout(240), pytest.mark.covers("D21")]


@flow
def a_plan() -> None:
    """Stands for any plan."""


@pytest.fixture
def inst(tmp_path: Path) -> Iterator[Installation]:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr("sixteen-letters-or-more"))
    made = Installation(settings, HandClock(NOW))
    make_tables(made.journal)
    use_installation(made)
    yield made
    use_installation(None)
    made.journal.close()


@pytest.fixture
def lease(inst: Installation) -> Lease:
    with inst.journal.write() as session:
        number = open_or_join(
            session, load_plan(HOUSE / "config"), "VCC", reported_by="monitor", seen="away",
            cause_at=None, now=NOW,
        ).incident.number  # fmt: skip
        taken = incidents.take_lease(session, number, "ours", real_now=real_now())
    assert taken is not None
    return taken


Began = Callable[..., UUID]


@pytest.fixture
def began(prefect: SyncPrefectClient) -> Began:
    def make(state: State, *tags: str) -> UUID:
        run = prefect.create_flow_run(a_plan, tags=list(tags))
        prefect.set_flow_run_state(run.id, state, force=True)
        return run.id

    return make


@pytest.fixture
def long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever began, began long ago: Prefect dates states by itself."""
    monkeypatch.setattr(dead_runs, "TAKES_HOLD_WITHIN_S", 0.0)


def state_of(prefect: SyncPrefectClient, run: UUID) -> str:
    state = prefect.read_flow_run(run).state
    assert state is not None
    return str(state.type.value)


@pytest.mark.usefixtures("long_ago")
def test_a_killed_run_is_shown_as_crashed_once_another_drives(
    prefect: SyncPrefectClient, began: Began, lease: Lease
) -> None:
    dead = began(Running(), "incident", lease.incident)
    on_the_way_for_ever = began(Pending(), lease.incident)
    over = began(Completed(), lease.incident)
    of_another = began(Running(), "INC-9999")
    dead_runs.end_dead_runs.fn(lease)
    assert state_of(prefect, dead) == state_of(prefect, on_the_way_for_ever) == "CRASHED"
    assert state_of(prefect, over) == "COMPLETED"
    assert state_of(prefect, of_another) == "RUNNING"
    said = prefect.read_flow_run(dead).state
    assert said is not None
    assert said.message == (
        f"Its process died without a word; {lease.incident} was taken over by another run"
    )


def test_one_that_began_just_now_may_be_on_its_way(
    prefect: SyncPrefectClient, began: Began, lease: Lease
) -> None:
    begun = [began(Running(), lease.incident), began(Pending(), lease.incident)]
    dead_runs.end_dead_runs.fn(lease)
    assert [state_of(prefect, run) for run in begun] == ["RUNNING", "PENDING"]


@pytest.mark.usefixtures("long_ago")
def test_one_that_was_begun_by_hand_without_a_tag_is_found_by_the_record(
    prefect: SyncPrefectClient, began: Began, inst: Installation, lease: Lease
) -> None:
    dead = began(Running())
    with inst.journal.write() as session:
        timeline.append(session, lease.incident, "run began", "", now=NOW, data={"run": str(dead)})
    dead_runs.end_dead_runs.fn(lease)
    assert state_of(prefect, dead) == "CRASHED"


@pytest.mark.usefixtures("long_ago")
def test_our_own_run_is_left_alone(
    prefect: SyncPrefectClient, began: Began, inst: Installation, lease: Lease
) -> None:
    ours = began(Running(), lease.incident)
    dead_runs.end_dead_runs.fn(Lease(lease.incident, str(ours), lease.fence))
    assert state_of(prefect, ours) == "RUNNING"


def test_a_prefect_that_is_away_does_not_stop_the_incident(
    lease: Lease, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away() -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(dead_runs, "prefect_client", away)
    with caplog.at_level("WARNING"):
        dead_runs.end_dead_runs.fn(lease)
    assert "no route" in caplog.text
