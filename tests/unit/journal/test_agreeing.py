"""Decisions that need more than one person: a quorum, and four eyes (D5, c21)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from kitart.journal import approvals, documents, four_eyes
from kitart.journal.approvals import Question
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.tables import Approval, Document

pytestmark = pytest.mark.covers("D5")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TEAM = ["CMT-LEAD", "CMT-DEP", "CMT-2", "CMT-3", "CMT-4"]


@pytest.fixture
def asked(journal: Journal, open_one: Callable[..., Opened]) -> Callable[..., Approval]:
    """Put a question of a kind to people, needing so many equal answers."""
    open_one()

    def ask(
        kind: str, people: list[str], *, quorum: int = 1, key: str = "", document: int | None = None
    ) -> Approval:
        question = Question(
            key=f"INC-0001:{key or kind}", incident="INC-0001", kind=kind, title="Send it?",
            text="", known=[], due_at=None, quorum=quorum, document_id=document,
            options=[{"value": v, "label": v, "means": "", "note": "optional"}
                     for v in ("approve", "refuse", "established")],
        )  # fmt: skip
        with journal.write() as session:
            for person in people:
                row = approvals.ask(session, question, person, now=NOW)
            return row

    return ask


def answer(journal: Journal, row: Approval, person: str, said: str, note: str = "") -> str:
    with journal.write() as session:
        kept = approvals.get(session, row.id)
        assert kept is not None
        return approvals.decide(
            session, row.id, person, "cmt", said, note, version=1, via="link", now=NOW,
            barred=four_eyes.barred(session, kept),
        ).outcome  # fmt: skip


def state(journal: Journal, row: Approval) -> tuple[str, str | None, str | None]:
    with journal.read() as session:
        kept = approvals.get(session, row.id)
    assert kept is not None
    return kept.state, kept.answer, kept.answered_by


def test_it_is_decided_once_as_many_as_are_needed_give_the_same_answer(journal, asked) -> None:
    row = asked("approve", TEAM, quorum=3)
    assert answer(journal, row, "CMT-LEAD", "approve") == "vote"
    assert answer(journal, row, "CMT-2", "refuse") == "vote"
    assert answer(journal, row, "CMT-LEAD", "approve") == "vote", "one person is one vote"
    assert answer(journal, row, "CMT-3", "approve") == "vote"
    assert state(journal, row) == ("open", None, None)
    # Who changes their mind votes anew; the last word of each stands.
    assert answer(journal, row, "CMT-3", "refuse") == "vote"
    assert answer(journal, row, "CMT-4", "refuse") == "counted"
    assert state(journal, row) == ("answered", "refuse", "CMT-4")
    assert answer(journal, row, "CMT-DEP", "approve") == "late"


def test_of_votes_given_at_the_same_moment_none_is_lost(journal, asked) -> None:
    row = asked("approve", TEAM, quorum=len(TEAM))
    with ThreadPoolExecutor(len(TEAM)) as pool:
        outcomes = list(pool.map(lambda p: answer(journal, row, p, "approve"), TEAM))
    assert sorted(outcomes) == ["counted"] + ["vote"] * (len(TEAM) - 1)
    assert state(journal, row)[:2] == ("answered", "approve")


def report(journal: Journal, type: str) -> int:
    with journal.write() as session:
        kept = documents.add(
            session,
            Document(
                incident="INC-0001", client="CL-1", type=type, version=1, subject="s",
                html="<p>x</p>", text="x", facts={}, fingerprint="f", checksum="c", state="draft",
                created_at=NOW, valid_as_of=NOW, running_number=1, reason="", file_name="f",
            ),
        )  # fmt: skip
        return kept.id


def test_nobody_approves_a_report_that_their_own_words_stand_in(journal, asked) -> None:
    findings = asked("findings", ["AM-1"])
    assert answer(journal, findings, "AM-1", "established", "A cable was cut") == "counted"
    closing = asked("approve", ["AM-1", "AM-2"], document=report(journal, "closing-report"))
    assert answer(journal, closing, "AM-1", "approve") == "four eyes"
    assert state(journal, closing) == ("open", None, None)
    assert answer(journal, closing, "AM-2", "approve") == "counted"


def test_other_reports_hold_none_of_these_words(journal, asked) -> None:
    findings = asked("findings", ["AM-1"])
    answer(journal, findings, "AM-1", "established", "A cable was cut")
    update = asked("approve", ["AM-1"], document=report(journal, "status-update"))
    assert answer(journal, update, "AM-1", "approve") == "counted"


def test_nobody_gives_both_approvals_of_one_report(journal, asked) -> None:
    number = report(journal, "closing-report")
    first = asked("approve", ["AM-1", "CMT-LEAD"], key=f"approve:{number}", document=number)
    second = asked("approve", TEAM, key=f"approve:{number}:second", document=number)
    assert answer(journal, first, "CMT-LEAD", "approve") == "counted"
    assert answer(journal, second, "CMT-LEAD", "approve") == "four eyes"
    assert answer(journal, second, "CMT-DEP", "approve") == "counted"
