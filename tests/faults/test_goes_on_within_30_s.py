"""A run that dies, alone or with its worker's whole machine: the incident is driven again within
30 seconds, and nobody does anything for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal import incidents, timeline
from kitart.journal.database import Journal
from kitart.journal.tables import Incident
from sandbox.demo.crash import kill_run
from sandbox.stack import WORKER, Stack, Wishes

pytestmark = [pytest.mark.stack, pytest.mark.timeout(700)]
GOES_ON_WITHIN_S = 30.0
"""docs/operations.md, "A run that dies": of these the hold takes up to 15."""
BEGUN_WITHIN_S = 90.0
FIRST = "INC-0001"


@pytest.fixture
def stack(tmp_path: Path, database_url: Callable[[], str]) -> Iterator[Stack]:
    wishes = Wishes(
        tmp_path / "stack", gateway_port=0, prefect_port=0, database_url=database_url(), watch=False
    )  # fmt: skip
    with Stack(wishes, lambda _: None) as one:
        yield one


@pytest.fixture
def journal(stack: Stack) -> Iterator[Journal]:
    one = Journal(stack.journal_url)
    yield one
    one.close()


def the_incident(journal: Journal) -> Incident:
    with journal.read() as session:
        return incidents.get(session, FIRST)


def driven_by(journal: Journal, fence: int, within_s: float) -> float:
    """Wait until the holder with this number drives the incident; the seconds that it took."""
    begun_s = monotonic_s()
    while True:
        row, took_s = the_incident(journal), monotonic_s() - begun_s
        if row.lease_fence == fence and incidents.driven(row, real_now=real_now()):
            return took_s
        assert took_s < within_s, (
            f"{within_s} s are over: fence {row.lease_fence}, asked for {row.runs_requested} runs, "
            f"the last {row.requested_run} at {row.run_requested_at}"
        )
        sleep_s(0.1)


def entries(journal: Journal, kind: str) -> list[Any]:
    with journal.read() as session:
        return timeline.entries(session, FIRST, kind)


@pytest.mark.covers("D21", "D1")
def test_a_run_that_dies_alone_or_with_its_machine_is_gone_on_with_within_30_seconds(
    stack: Stack, journal: Journal
) -> None:
    stack.command("incident", "report", "--seen", "The lift stands still", "--project", "ALPHA")
    driven_by(journal, 1, BEGUN_WITHIN_S)
    while not kill_run(stack):
        sleep_s(0.1)
    took_s = driven_by(journal, 2, GOES_ON_WITHIN_S)
    assert took_s > 5, "a hold that is given up at once would not show that it lapses"

    second = stack.children.start(
        "second-worker", [*stack._command(WORKER), "--name", "second"], stack.env, stack.folder
    )
    stack.children.wait_for(second, lambda: "started!" in second.log.read_text(), 90)
    stack.kill(WORKER)
    driven_by(journal, 3, GOES_ON_WITHIN_S)
    assert len(entries(journal, "run took over")) == 2
    assert len(entries(journal, "run missing")) == 0, "nobody was sent to the paper plan"
