"""Questions, answers and acknowledgements: the first valid one decides, all are kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from kitart.journal import acknowledgements, approvals
from kitart.journal.approvals import Question
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.tables import Approval, Decision

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ASKED = [f"AM-{n}" for n in range(20)]


@pytest.fixture
def question(journal: Journal, open_one: Callable[..., Opened]) -> int:
    open_one()
    asked = Question(
        key="q", incident="INC-0001", kind="approve", title="Send it?", text="", known=[],
        options=[
            {"value": "yes", "label": "Yes", "means": "", "note": "none"},
            {"value": "no", "label": "No", "means": "", "note": "required"},
        ],
        due_at=None, version=2,
    )  # fmt: skip
    with journal.write() as session:
        for person in ASKED:
            row = approvals.ask(session, asked, person, now=NOW)
    return row.id


def decide(
    journal: Journal,
    number: int,
    person: str,
    answer: str = "yes",
    note: str = "",
    version: int = 2,
) -> Decision:
    with journal.write() as session:
        return approvals.decide(
            session, number, person, "account_manager", answer, note,
            version=version, via="link", now=NOW,
        )  # fmt: skip


def row(journal: Journal, number: int) -> Approval:
    with journal.read() as session:
        found = approvals.get(session, number)
    assert found is not None
    return found


def test_an_answer_is_named_as_its_button_and_an_unknown_one_as_it_came(
    journal: Journal, question: int
) -> None:
    asked = row(journal, question)
    assert [approvals.label_of(asked, each) for each in ("no", "maybe")] == ["No", "maybe"]


@pytest.mark.covers("D5")
def test_of_twenty_answers_at_once_one_counts_and_all_are_kept(
    journal: Journal, question: int
) -> None:
    with ThreadPoolExecutor(20) as pool:
        given = list(pool.map(lambda person: decide(journal, question, person), ASKED))
    counted = [d for d in given if d.outcome == "counted"]
    assert len(counted) == 1
    assert {d.outcome for d in given} == {"counted", "late"}
    assert row(journal, question).answered_by == counted[0].person
    with journal.read() as session:
        kept = approvals.decisions(session, question)
    assert sorted(d.person for d in kept) == sorted(ASKED)


@pytest.mark.parametrize(
    ("person", "answer", "note", "version", "outcome"),
    [
        ("ERT-1", "yes", "", 2, "not asked"),
        ("AM-1", "yes", "", 1, "outdated"),
        ("AM-1", "perhaps", "", 2, "no such option"),
        ("AM-1", "no", " \n", 2, "words missing"),
    ],
)
def test_an_answer_that_does_not_count_is_kept_with_its_reason(
    journal: Journal, question: int, person: str, answer: str, note: str, version: int, outcome: str
) -> None:
    assert decide(journal, question, person, answer, note, version).outcome == outcome
    assert row(journal, question).state == "open"
    assert decide(journal, question, "AM-2", "no", "because").outcome == "counted"
    with journal.read() as session:
        assert [d.outcome for d in approvals.decisions(session, question)] == [outcome, "counted"]


@pytest.mark.covers("D6")
def test_an_answer_after_the_facts_changed_is_void(journal: Journal, question: int) -> None:
    with journal.write() as session:
        assert approvals.void(session, question, "the system is up again")
        assert not approvals.void(session, question, "again")
    assert decide(journal, question, "AM-1").outcome == "void"
    assert row(journal, question).answer is None


def test_a_decided_question_is_not_voided(journal: Journal, question: int) -> None:
    assert decide(journal, question, "AM-1").outcome == "counted"
    with journal.write() as session:
        assert not approvals.void(session, question, "too late")
    assert row(journal, question).state == "answered"


@pytest.mark.covers("A14")
def test_the_first_who_takes_it_leads_and_a_double_press_counts_once(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    open_one()

    def press(person: str) -> bool:
        with journal.write() as session:
            return acknowledgements.record(
                session, "INC-0001", "ert", person, "ert", "take", via="link", now=NOW
            )

    assert press("ERT-3")
    with ThreadPoolExecutor(8) as pool:
        pressed = list(pool.map(press, ["ERT-1"] * 8))
    assert sum(pressed) == 1
    with journal.read() as session:
        taken = acknowledgements.taken_by(session, "INC-0001", "ert")
        assert len(acknowledgements.of_step(session, "INC-0001", "ert")) == 2
    assert taken is not None
    assert taken.person == "ERT-3"
