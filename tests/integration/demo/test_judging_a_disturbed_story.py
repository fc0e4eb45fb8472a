"""The verdict on a story in which something broke: what it must not overlook, and its table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kitart.alerts.opening import open_or_join
from kitart.journal import incidents, messages, timeline
from kitart.journal.database import Journal
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Approval, Incident, Message, TimelineEntry
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.demo import scenario as scenarios
from sandbox.demo.checks import Check
from sandbox.demo.outside import Deed, Mail, Outside, Sms
from sandbox.trial.breaking import FAULTS
from sandbox.trial.judging import judge
from sandbox.trial.playing import Outcome
from sandbox.trial.table import BEGIN, END, write_table
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
STORY = scenarios.load("client-crm")
PHONE, CLIENT = "+3610", "desk@client.example"
CLIENT_MAIL = next(
    channel.address
    for contact in PLAN.client("CL-2").contacts
    for channel in contact.channels
    if channel.kind == "mail"
)
REPORT = "<p>It works again</p>"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(made)
    yield made
    made.close()


def sent(
    session: Any, number: str, channel: str, address: str, text: str, subject: str,
    purpose: str = "ert-alarm",
) -> None:  # fmt: skip
    message = Outgoing(
        key=f"{number}:{purpose}:{channel}:{address}", incident=number, purpose=purpose, role="ERT",
        recipient="ERT-1", channel=channel, address=address, subject=subject, text=text,
    )  # fmt: skip
    claim = messages.claim(session, message, now=NOW, real_now=NOW)
    assert claim is not None
    messages.complete(session, claim, "accepted", now=NOW, provider_id="id")


@pytest.fixture
def seen(journal: Journal) -> Outside:
    """A story that ended well, in the journal and outside."""
    with journal.write() as session:
        number = open_or_join(
            session, PLAN, "CLIENT-CRM-2", reported_by="monitor", seen="away", cause_at=None,
            now=NOW,
        ).incident.number  # fmt: skip
        sent(session, number, "sms", PHONE, "Can you take it?", "")
        sent(session, number, "mail", CLIENT_MAIL, "It works again", "Recovery notice")
        timeline.append(
            session, number, "acknowledged", "ERT-1 has it", now=NOW + timedelta(minutes=1)
        )
        session.add(
            Approval(
                key="one", incident=number, kind="close", title="Close?", text="", options=[],
                known=[], asked_of=[], version=1, asked_at=NOW, state="answered", reason="",
                answer="close", answered_by="CMT-LEAD", answered_at=NOW,
            )
        )  # fmt: skip
        incidents.close(session, number, "closed", now=NOW)
        incidents.settle(session, number, now=NOW)
    return Outside(
        sms=[Sms(PHONE, "Can you take it?", NOW, NOW)],
        mails=[Mail((CLIENT_MAIL,), "Recovery notice", REPORT, NOW)],
        files={"notice.html": REPORT.encode()},
        register=[{"Title": number, "State": "closed"}],
        deeds=[Deed("CMT-LEAD", "close", "close", "answered", NOW)],
        flow_runs=[
            {"name": "run 1", "state_type": "CRASHED"}, {"name": "run 2", "state_type": "COMPLETED"}
        ],
        failed_tasks=[], calls={"answered": 0, "lost": 0},
    )  # fmt: skip


def wrong(journal: Journal, seen: Outside) -> list[str]:
    return [check.what for check in judge(PLAN, STORY, journal, seen) if not check.ok]


TEXTS = "Each text that was sent lies in one inbox, and no other does"


@pytest.mark.covers("E36")
def test_a_client_who_felt_nothing_by_the_record_needs_no_report(
    journal: Journal, seen: Outside
) -> None:
    silent = replace(seen, mails=[], files={})
    with journal.write() as session:
        session.execute(sa.delete(Message).where(Message.channel == "mail"))
    assert "No client's mails name another client" in wrong(journal, silent)
    with journal.write() as session:
        timeline.append(session, "INC-0001", "no effect", "", now=NOW, data={"client": "CL-2"})
    assert wrong(journal, silent) == []


def test_a_story_that_ended_well_passes(journal: Journal, seen: Outside) -> None:
    assert wrong(journal, seen) == []


@pytest.mark.covers("D15")
@pytest.mark.parametrize(
    ("bodies", "attempts", "passes"),
    [
        ([], 1, False),
        (["Can you take it?", "Can you take it?"], 1, False),
        (["Can you take it?", "Can you take it?"], 2, False),
        (["Can you take it?", "REPEAT, may have reached you before: Can you take it?"], 2, True),
        (["REPEAT, may have reached you before: Can you take it?"], 2, True),
        (["Can you take it?", "REPEAT, may have reached you before: Can you take it?"], 1, True),
        (["REPEAT, may have reached you before: Can you take it?"] * 2, 1, False),
        (["Can you take it now?"], 1, False),
    ],
)
def test_what_was_sent_arrived_once_or_says_that_it_is_a_repeat(
    journal: Journal, seen: Outside, bodies: list[str], attempts: int, passes: bool
) -> None:
    with journal.write() as session:
        session.execute(sa.update(Message).values(attempts=attempts))
    sms = [Sms(PHONE, body, NOW, NOW) for body in bodies]
    assert wrong(journal, replace(seen, sms=sms)) == ([] if passes else [TEXTS])


def change(journal: Journal, what: Any, **values: Any) -> None:
    with journal.write() as session:
        session.execute(sa.update(what).values(**values))


@pytest.mark.parametrize(
    ("what", "values", "says"),
    [
        (Incident, {"settled_at": None}, "One incident, closed, with nothing left to do"),
        (Incident, {"state": "open"}, "One incident, closed, with nothing left to do"),
        (Message, {"state": "sending"}, "Each message went out, or the record says that it didn't"),
        (Approval, {"answer": "leave"}, "No decision was lost or invented"),
        (Approval, {"answered_by": "CMT-DEP"}, "No decision was lost or invented"),
        (TimelineEntry, {"text": "nothing happened"}, "Its record is as it was written (D1)"),
    ],
)  # fmt: skip
def test_what_the_journal_has_wrong_is_found(
    journal: Journal, seen: Outside, what: Any, values: dict[str, Any], says: str
) -> None:
    change(journal, what, **values)
    assert says in wrong(journal, seen)


@pytest.mark.covers("E24")
def test_an_answer_that_came_late_and_is_called_late_by_nobody_is_found(
    journal: Journal, seen: Outside
) -> None:
    says = "The ERT's deadline was kept, or stands as missed at its true time"
    with journal.write() as session:
        row = session.scalars(sa.select(Incident)).one()
        row.reported_at = NOW - timedelta(hours=1)
        number = row.number
    assert says in wrong(journal, seen)
    with journal.write() as session:
        timeline.append(
            session, number, "ack timed out", "nobody had it", now=NOW,
            occurred_at=NOW - timedelta(minutes=55),
        )  # fmt: skip
    assert wrong(journal, seen) == []


@pytest.mark.parametrize("state", ["RUNNING", "PENDING", "SCHEDULED"])
def test_a_run_that_is_shown_as_running_for_ever_is_found(
    journal: Journal, seen: Outside, state: str
) -> None:
    runs = [{"name": "run 1", "state_type": state}, *seen.flow_runs[1:]]
    assert len(wrong(journal, replace(seen, flow_runs=runs))) == 1


def test_a_client_who_heard_twice_is_found(journal: Journal, seen: Outside) -> None:
    assert "No client heard the same twice" in wrong(
        journal, replace(seen, mails=[*seen.mails, *seen.mails])
    )


@pytest.mark.parametrize("mark", ["", "REPEAT: "])
def test_a_short_word_to_a_client_is_no_report_to_be_filed_and_anything_else_is(
    journal: Journal, seen: Outside, mark: str
) -> None:
    words = "Limited service: a full notification follows"
    with journal.write() as session:
        number = session.scalars(sa.select(Incident.number)).one()
        sent(session, number, "mail", CLIENT_MAIL, words, "Limited service", "client-short-text")
    short = Mail((CLIENT_MAIL,), f"{mark}Limited service", words, NOW)
    assert wrong(journal, replace(seen, mails=[*seen.mails, short])) == []
    unfiled = replace(seen, files={"notice.html": b"another"}, mails=[*seen.mails, short])
    assert wrong(journal, unfiled) == ["What was mailed lies in SharePoint, byte for byte"]


def test_a_repeat_to_a_client_that_nobody_asked_for_is_found(
    journal: Journal, seen: Outside
) -> None:
    again = [replace(mail, subject=f"REPEAT: {mail.subject}") for mail in seen.mails]
    assert "No client heard the same twice" in wrong(
        journal, replace(seen, mails=[*seen.mails, *again])
    )


def outcome(story: str, seed: int, *, ok: bool = True) -> Outcome:
    return Outcome("run", story, seed, [5.0], [Check("All is well", ok, "")], 16.4, [])


def test_the_table_keeps_the_rows_of_other_trials_and_brings_its_own_up_to_date(
    tmp_path: Path,
) -> None:
    page = tmp_path / "reliability.md"
    page.write_text(f"Before\n\n{BEGIN}\n{END}\n\nAfter\n", encoding="utf-8")
    write_table(page, [outcome("vcc", 1), outcome("client-crm", 1)])
    write_table(page, [outcome("vcc", 2, ok=False)])
    what = FAULTS["run"].what
    assert page.read_text(encoding="utf-8").splitlines() == [
        "Before", "", BEGIN,
        "| What was broken | Story | Survived | Went on after, s | What people noticed | Seed |",
        "|---|---|---|---:|---|---:|",
        f"| {what} | client-crm | yes | 16 | nothing | 1 |",
        f"| {what} | vcc | **no**: All is well | 16 | nothing | 2 |",
        END, "", "After",
    ]  # fmt: skip


def test_each_fault_has_words_of_its_own_for_the_table() -> None:
    assert len({fault.what for fault in FAULTS.values()}) == len(FAULTS)
