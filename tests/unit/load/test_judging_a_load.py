"""The verdict on a load: each thing that it promises can be found broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sandbox.demo.checks import Check
from sandbox.load import judging
from sandbox.load.figures import ALERT, ANSWER, FIRST_SMS, KINDS, PAGE, Figures
from sandbox.load.looking import Look
from sandbox.load.monitors import Accepted, Monitors, Said
from sandbox.load.record import Grown, Record
from sandbox.load.scene import Answered

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECONDS = 900.0
FIRST = Said(0, "load0", "2026-11-27T12:00:00+00:00")
AGAIN = Said(0, "load0", "2026-11-27T12:05:00+00:00")
OTHER = Said(1, "load1", "2026-11-27T12:00:00+00:00")
ACK = Answered("ERT-1", "ack", "INC-0001/ert", "take")
DECIDED = Answered("ERT-1", "priority", "7", "P3")
SAFE = Answered("AG-L0001", "roll-call", "AG-L0001", "works")


@pytest.fixture
def accepted() -> Accepted:
    return Accepted(Counter({FIRST: 3, AGAIN: 1, OTHER: 2}), {0: "INC-0001", 1: "INC-0002"})


@pytest.fixture
def record() -> Record:
    """A journal that has all of it."""
    return Record(
        incidents=["INC-0001", "INC-0002", "INC-0003"],
        alerts={
            (FIRST.key, FIRST.start): (3, "INC-0001"),
            (AGAIN.key, AGAIN.start): (1, "INC-0001"),
            (OTHER.key, OTHER.start): (2, "INC-0002"),
        },
        answers=frozenset({ACK, replace(DECIDED, kind="decision"), SAFE}),
        messages=Counter(accepted=4), entries=40, broken=[],
    )  # fmt: skip


def broken(checks: Sequence[Check]) -> list[str]:
    return [check.what for check in checks if not check.ok]


def of_record(record: Record, accepted: Accepted) -> list[str]:
    return broken(list(judging.judge_record(record, accepted, [ACK, DECIDED, SAFE], others=1)))


def test_a_journal_that_has_all_passes(record, accepted) -> None:
    assert of_record(record, accepted) == []


@pytest.mark.covers("E33")
@pytest.mark.parametrize(
    "left",
    [None, (1, "INC-0002"), (2, None), (2, "INC-0001")],
    ids=["lost", "counted once", "without its incident", "in another's"],
)
def test_a_lost_alert_is_found(record, accepted, left) -> None:
    alerts = {key: value for key, value in record.alerts.items() if key[0] != OTHER.key}
    if left is not None:
        alerts[OTHER.key, OTHER.start] = left
    found = of_record(replace(record, alerts=alerts), accepted)
    assert "Each alert that was taken is on record with its incident" in found


def test_an_alert_that_was_counted_more_often_is_no_loss(record, accepted) -> None:
    # Its answer was lost on the way, so the monitor sent it again.
    alerts = {**record.alerts, (OTHER.key, OTHER.start): (3, "INC-0002")}
    assert of_record(replace(record, alerts=alerts), accepted) == []


@pytest.mark.covers("E33")
def test_a_second_incident_of_one_problem_is_found(record, accepted) -> None:
    alerts = {**record.alerts, (AGAIN.key, AGAIN.start): (1, "INC-0003")}
    assert "No incident is there twice" in of_record(replace(record, alerts=alerts), accepted)


def test_an_incident_of_no_problem_is_found(record, accepted) -> None:
    more = replace(record, incidents=[*record.incidents, "INC-0004"])
    assert of_record(more, accepted) == ["No incident is there twice"]


@pytest.mark.covers("D5")
@pytest.mark.parametrize("lost", [ACK, replace(DECIDED, kind="decision"), SAFE],
                         ids=["ack", "decision", "roll-call"])  # fmt: skip
def test_a_lost_answer_is_found(record, accepted, lost) -> None:
    found = of_record(replace(record, answers=record.answers - {lost}), accepted)
    assert found == ["Each answer that was acknowledged is on record (D5)"]


@pytest.mark.covers("D1")
def test_a_broken_chain_is_found(record, accepted) -> None:
    found = of_record(replace(record, broken=["INC-0002"]), accepted)
    assert found == ["Each record's hash chain is whole (D1)"]


def figures(took: Callable[[str, float], float]) -> Figures:
    """A figure of each kind each two seconds."""
    found = Figures(begun_s=0.0)
    for second in range(0, int(SECONDS), 2):
        for kind in KINDS:
            found.add(kind, took(kind, second), at_s=float(second))
    return found


def test_a_steady_load_passes() -> None:
    steady = figures(lambda kind, second: 200 + 20 * (second % 7))
    assert broken(list(judging.judge_times(steady, SECONDS))) == []


@pytest.mark.parametrize("slow", [ALERT, PAGE, ANSWER, FIRST_SMS])
def test_a_rising_latency_is_found(slow: str) -> None:
    rising = figures(lambda kind, second: 200 + (second / 3 if kind == slow else 0))
    found = broken(list(judging.judge_times(rising, SECONDS)))
    assert found
    assert all(what.startswith(slow) for what in found)


def test_what_nobody_notices_is_no_rise() -> None:
    rising = figures(lambda kind, second: 5 + second / 20)
    assert broken(list(judging.judge_times(rising, SECONDS))) == []


def test_a_load_in_which_nothing_was_taken_at_the_end_fails() -> None:
    ended = figures(lambda kind, second: 200)
    ended.took = [each for each in ended.took if each.at_s < SECONDS / 2]
    assert len(broken(list(judging.judge_times(ended, SECONDS)))) == 7


def looks(mb: Callable[[float], float], size: Callable[[float], float] = float) -> list[Look]:
    return [
        Look(at, {"gateway": mb(at), "prefect-server": 200.0},
             Grown(int(1000 * size(at)), int(3 * size(at))), int(at), 0.0)
        for at in map(float, range(0, int(SECONDS), 15))
    ]  # fmt: skip


def test_memory_that_stays_passes_and_memory_that_rises_is_found() -> None:
    assert broken(list(judging.judge_memory(looks(lambda at: 150 + at % 60 / 10), SECONDS))) == []
    found = broken(list(judging.judge_memory(looks(lambda at: 150 + at / 5), SECONDS)))
    assert found == ["memory of gateway: no more than before"]


def test_a_part_that_was_gone_in_the_end_fails() -> None:
    seen = [replace(look, memory_mb={"prefect-server": 200.0}) if look.at_s >= 600 else look
            for look in looks(lambda at: 150)]  # fmt: skip
    found = broken(list(judging.judge_memory(seen, SECONDS)))
    assert found == ["memory of gateway: no more than before"]


def test_a_journal_that_grows_with_what_it_holds_is_found() -> None:
    assert broken(list(judging.judge_growth(looks(lambda at: 150), SECONDS))) == []
    squared = looks(lambda at: 150, lambda at: at * at / 100)
    assert len(broken(list(judging.judge_growth(squared, SECONDS)))) == 2


def test_a_refusal_that_says_nothing_is_found() -> None:
    polite = Figures(begun_s=0.0)
    polite.refuse(ALERT, 503, polite=True, said="send it again")
    assert judging.judge_politeness(polite).ok
    polite.refuse(PAGE, 503, polite=False, said="")
    assert not judging.judge_politeness(polite).ok


def test_the_monitors_repeat_end_and_begin_again_as_their_seed_has_it() -> None:
    said = []
    for _ in range(2):
        monitors = Monitors(5, seed=3)
        for problem in range(5):
            monitors.heard(monitors.begin(problem, NOON))
        posts = []
        for _ in range(2000):
            posts.append(monitors.next(NOON))
            monitors.heard(posts[-1])
        said.append([(post.source, post.body) for post in posts])
    assert said[0] == said[1]
    assert {post.source for post in posts} == {"alertmanager", "grafana"}
    over = [post for post in posts if b'"status": "resolved"' in post.body]
    assert 5 < len(over) < 100


def test_no_problem_ends_before_its_beginning_was_taken() -> None:
    monitors = Monitors(5, seed=3)
    begun = [monitors.begin(problem, NOON) for problem in range(5)]
    early = [monitors.next(NOON) for _ in range(2000)]
    assert not [post for post in early if b'"status": "resolved"' in post.body]
    monitors.heard(begun[0])
    ended = {post.about[0].problem for _ in range(2000)
             if b'"status": "resolved"' in (post := monitors.next(NOON)).body}  # fmt: skip
    assert ended == {0}
