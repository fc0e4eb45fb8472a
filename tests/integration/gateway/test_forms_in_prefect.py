"""Questions as forms in the Prefect UI: what they show, and what becomes of an answer (D5, D6).

The gateway's side over a real journal; Prefect is a board by hand. The real one is looked at in
``tests/browser/test_answering_in_the_prefect_ui.py``.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock, monotonic_s, sleep_s
from kitart.gateway import deciding, forms
from kitart.gateway.forms import Forms
from kitart.gateway.house import House, Plans, pages
from kitart.gateway.live import Live
from kitart.gateway.watchman import Watchman
from kitart.installation import Installation
from kitart.journal import approvals, incidents, messages, timeline
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.messaging import questions
from kitart.messaging.approving import to_be_approved
from kitart.messaging.codes import code_of
from kitart.messaging.links import Link
from kitart.messaging.relayed import tell_relayed
from kitart.orchestrator import OrchestratorError
from kitart.plan.loading import load_plan
from kitart.prefect_forms import Given, Sheet, Standing
from kitart.reports.editions import make_draft
from kitart.settings import HOUSE, Settings
from tests.new_journal import make_tables

NUMBER = "INC-0001"
START = "2026-11-24T09:00:00+00:00"
RACES = 12


@dataclass
class Hung:
    """One form on the board."""

    sheet: Sheet
    waits: bool = True
    whole: bool = True
    given: list[Given] = field(default_factory=list)
    problem: str = ""
    message: str = ""
    shown: int = 1


class HandBoard:
    """Forms in a dictionary; ``away`` it raises as a dead Prefect does."""

    def __init__(self) -> None:
        self.runs: dict[str, Hung] = {}
        self.away = False
        self.calls = 0
        self.heard: Callable[[str], None] = lambda run: None
        self._numbers = itertools.count(1)
        self._keys = itertools.count(1)

    def _asked(self) -> None:
        self.calls += 1
        if self.away:
            raise OrchestratorError("Prefect is away")

    def _standing(self, run: str) -> Standing:
        hung = self.runs[run]
        sheet = hung.sheet
        return Standing(run, sheet.question, sheet.version, sheet.mark, hung.waits, hung.whole)

    def standing(self) -> list[Standing]:
        self._asked()
        return [self._standing(run) for run, hung in self.runs.items() if not hung.message]

    def put_up(self, sheet: Sheet) -> Standing:
        self._asked()
        for run, hung in self.runs.items():
            if hung.sheet.question == sheet.question and not hung.message:
                hung.whole = hung.waits = True
                return self._standing(run)
        run = f"run-{next(self._numbers)}"
        self.runs[run] = Hung(sheet)
        return self._standing(run)

    def change(self, run: str, sheet: Sheet, problem: str = "") -> Standing:
        self._asked()
        hung = self.runs[run]
        hung.sheet, hung.problem, hung.waits, hung.shown = sheet, problem, True, hung.shown + 1
        return self._standing(run)

    def answers(self, run: str) -> list[Given]:
        self._asked()
        return list(self.runs[run].given)

    def put_away(self, given: Given) -> None:
        self._asked()
        hung = self.runs[given.run]
        hung.given = [one for one in hung.given if one.key != given.key]

    def take_down(self, run: str, message: str) -> None:
        self._asked()
        self.runs[run].message = message

    def listen(self, heard: Callable[[str], None], stop: threading.Event) -> None:
        self.heard = heard
        stop.wait()

    # --- what the operator of the UI does ----------------------------------------------------

    def fill_in(self, run: str, answer: str, person: str, words: str = "", code: str = "") -> None:
        """Send a form; an answer or a person may be given by the beginning of its words."""
        sheet = self.runs[run].sheet
        chosen = next((a for a in sheet.answers if a.startswith(answer)), answer)
        whose = next((p for p in sheet.people if p.endswith(person)), person)
        self.runs[run].waits = False
        given = Given(run, f"k{next(self._keys)}", chosen, words, whose, code)
        self.runs[run].given.append(given)
        self.heard(run)

    @property
    def only(self) -> str:
        """The one form there is."""
        (run,) = self.runs
        return run


class Desk:
    """A gateway's parts over a journal with one open incident."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.clock = HandClock(datetime.fromisoformat(START))
        self.plan = load_plan(HOUSE / "config")
        settings = Settings(
            mode="sandbox", data_dir=folder, database_url=database_url,
            secret_key=SecretStr("a-long-key-for-the-desk"),
        )  # fmt: skip
        self.inst = Installation(settings, self.clock)
        make_tables(self.inst.journal)
        self.board = HandBoard()
        self.place = House(
            self.inst, Plans(self.inst), Watchman(self.inst, None), pages(settings.templates_dir),  # type: ignore[arg-type]
            Live(self.inst),
        )  # fmt: skip
        self.forms = Forms(self.place, self.board)
        now = self.clock.now()
        with self.inst.journal.write() as session:
            open_or_join(
                session, self.plan, "VCC", reported_by="monitor alertmanager",
                seen="The phone system does not answer", cause_at=now, now=now,
            )  # fmt: skip

    def ask(self, kind: str, *people: str) -> Approval:
        now = self.clock.now()
        with self.inst.journal.write() as session:
            question = self._question(session, kind, now)
            for person in people:
                row = approvals.ask(session, question, person, now=now)
            return row

    def _question(self, session: Any, kind: str, now: datetime) -> Question:
        if kind == "approve":
            document = make_draft(
                session, self.plan, NUMBER, self.plan.clients[0].id, "first-notification", 1,
                due_at=now + timedelta(minutes=12), next_update_at=now + timedelta(minutes=45),
                now=now,
            )  # fmt: skip
            return to_be_approved(session, self.plan, document, now).question
        make = {
            "priority": questions.priority,
            "ticket": questions.ticket,
            "divert-order": questions.divert_order,
            "data-protection": questions.data_protection,
        }[kind]
        return make(session, self.plan, NUMBER, now)

    def look(self, *, sweep: bool = True) -> None:
        self.forms.look(sweep=sweep)

    def row(self, row: Approval) -> Approval:
        with self.inst.journal.read() as session:
            found = approvals.get(session, row.id)
        assert found is not None
        return found

    def answers(self, row: Approval) -> list[tuple[str, str, str, str]]:
        with self.inst.journal.read() as session:
            return [
                (d.person, d.answer, d.via, d.outcome) for d in approvals.decisions(session, row.id)
            ]

    def by_link(self, row: Approval, person: str, answer: str, note: str = "") -> Any:
        """What the page behind a link does with an answer; returns what it then shows."""
        link = Link("decide", str(row.id), person, row.version, self.clock.now())
        return deciding.answer(self.place, link, answer, note) or deciding.show(self.place, link)

    def timeline(self) -> list[Any]:
        with self.inst.journal.read() as session:
            return timeline.entries(session, NUMBER)

    def change(self, **values: Any) -> None:
        with self.inst.journal.write() as session:
            for name, value in values.items():
                setattr(incidents.get(session, NUMBER), name, value)


@pytest.fixture
def desk(tmp_path: Path, database_url: Callable[[], str]) -> Iterator[Desk]:
    one = Desk(tmp_path, database_url())
    yield one
    one.forms.stop()
    one.inst.journal.close()


def eventually(what: Callable[[], Any], limit_s: float = 10) -> Any:
    until = monotonic_s() + limit_s
    while monotonic_s() < until:
        if found := what():
            return found
        sleep_s(0.02)
    raise AssertionError("never came")


# --- what is shown -------------------------------------------------------------------------------


@pytest.mark.covers("D5")
def test_every_open_question_has_one_form_that_says_what_is_asked(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1", "ERT-2")
    desk.ask("ticket", "IT-MGR")
    desk.look()
    desk.look()
    assert [hung.sheet.question for hung in desk.board.runs.values()] == [
        "INC-0001:priority", "INC-0001:ticket",
    ]  # fmt: skip
    sheet = desk.board.runs["run-1"].sheet
    assert sheet.name == f"INC-0001: {row.title}"
    assert sheet.people == ("ERT member ERT-1", "ERT member ERT-2")
    assert sheet.answers[1] == "P2 – High: clients are told within 30 minutes and each hour"
    assert "Asked: ERT member ERT-1, ERT member ERT-2. Due Tue 24 Nov 2026, 10:10" in sheet.state
    assert "How urgent is it?" in sheet.description
    assert "- Virtual Call Center" in sheet.description
    fields = sheet.schema()["properties"]
    assert fields["words"]["description"].startswith("Needed for “False alarm”.")
    assert sheet.schema()["required"] == ["answer", "person"]


def test_words_that_every_answer_needs_are_required_by_the_form_itself(desk: Desk) -> None:
    desk.ask("data-protection", "DPO")
    desk.look()
    assert desk.board.runs["run-1"].sheet.schema()["required"] == ["answer", "person", "words"]


def test_one_more_person_asked_can_be_chosen_too(desk: Desk) -> None:
    desk.ask("priority", "ERT-1")
    desk.look()
    desk.ask("priority", "ERT-2")
    desk.look(sweep=False)
    hung = desk.board.runs[desk.board.only]
    assert hung.sheet.people == ("ERT member ERT-1", "ERT member ERT-2")
    assert hung.shown == 2


def test_an_answer_given_while_the_form_is_changed_is_not_lost(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    desk.ask("priority", "ERT-2")
    # No event has come yet: the form is exchanged over an answer.
    desk.board.fill_in(desk.board.only, "P2", "ERT-1")
    desk.look(sweep=False)
    assert desk.answers(row) == [("ERT-1", "P2", "Prefect form", "counted")]


def test_the_form_of_an_approval_shows_what_the_client_will_read(desk: Desk) -> None:
    row = desk.ask("approve", "AM-1")
    desk.look()
    description = desk.board.runs[desk.board.only].sheet.description
    assert "What the client will read, version 1:" in description
    assert row.document_id is not None
    with desk.inst.journal.read() as session:
        from kitart.journal import documents

        first = documents.get(session, row.document_id).text.splitlines()[0]
    assert f"    {first}" in description


def test_what_others_wrote_is_shown_without_markup(desk: Desk) -> None:
    from kitart.gateway.form_words import plain

    assert plain("![x](http://evil) <b>\n# *now*") == r"\!\[x\]\(http://evil\) \<b\> \# \*now\*"


@pytest.mark.covers("D4")
def test_the_form_of_an_exercise_says_so(desk: Desk) -> None:
    desk.change(exercise=True)
    desk.ask("priority", "ERT-1")
    desk.look()
    sheet = desk.board.runs[desk.board.only].sheet
    assert sheet.name.startswith("EXERCISE · INC-0001")
    assert "EXERCISE: this incident is not real." in sheet.description


# --- what becomes of an answer -------------------------------------------------------------------


@pytest.mark.covers("R13", "D5")
def test_an_answer_by_the_form_counts_as_one_by_link_and_says_how_it_came(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1", "ERT-2")
    desk.look()
    desk.board.fill_in(desk.board.only, "P2", "ERT-2", words="As seen\x00 on site")
    desk.look()
    found = desk.row(row)
    assert (found.state, found.answer, found.note) == ("answered", "P2", "As seen on site")
    assert (found.answered_by, found.answered_role) == ("ERT-2", "ert")
    assert desk.answers(row) == [("ERT-2", "P2", "Prefect form", "counted")]
    said = desk.timeline()[-1]
    assert said.type == "decided"
    assert said.text.endswith("P2 (As seen on site); relayed by the operator of the Prefect UI")
    assert (said.data["person"], said.data["role"], said.data["via"]) == (
        "ERT-2", "ert", "Prefect form",
    )  # fmt: skip
    assert desk.board.runs[desk.board.only].message == (
        "Answered by this form: “P2” (As seen on site), by the ERT member ERT-2 at 10:00 CET."
    )


@pytest.mark.covers("D5", "D6")
def test_a_report_approved_by_the_form_is_approved_by_the_person_s_role(desk: Desk) -> None:
    row = desk.ask("approve", "AM-1")
    desk.look()
    sheet = desk.board.runs[desk.board.only].sheet
    assert "code" in sheet.schema()["required"]
    code = code_of(desk.inst.settings, row.id, "AM-1")
    desk.board.fill_in(desk.board.only, "Approve", "AM-1", code=f" {code[:3]} {code[3:]} ")
    desk.look()
    found = desk.row(row)
    assert (found.answer, found.answered_by, found.answered_role) == (
        "approve", "AM-1", "account_manager",
    )  # fmt: skip
    assert "in the Prefect UI, with the code in the person's message" in desk.timeline()[-1].text
    assert desk.answers(row) == [("AM-1", "approve", "Prefect form, code", "counted")]
    assert not told_of_relayed(desk)
    assert desk.timeline()[-1].author == "account manager"


def told_of_relayed(desk: Desk) -> list[str]:
    with desk.inst.journal.read() as session:
        sent = messages.of_purpose(session, NUMBER, "answer-relayed")
    return [row.recipient for row in sent]


@pytest.mark.covers("D5")
def test_what_goes_to_a_client_is_approved_by_nobody_but_the_person(desk: Desk) -> None:
    row = desk.ask("approve", "AM-1", "AM-2")
    desk.look()
    desk.board.fill_in(desk.board.only, "Approve", "AM-1")
    desk.look()
    assert (
        "only the account manager AM-1 can answer this" in desk.board.runs[desk.board.only].problem
    )
    other = code_of(desk.inst.settings, row.id, "AM-2")
    desk.board.fill_in(desk.board.only, "Approve", "AM-1", code=other)
    desk.look()
    assert "that is not the code" in desk.board.runs[desk.board.only].problem
    assert desk.row(row).state == "open"
    assert [entry.type for entry in desk.timeline()].count("wrong code") == 1


@pytest.mark.covers("D5")
def test_who_guesses_codes_has_five_tries_and_locks_nobody_out_of_the_link(desk: Desk) -> None:
    row = desk.ask("approve", "AM-1", "AM-2")
    desk.look()
    right = code_of(desk.inst.settings, row.id, "AM-1")
    for n in range(7):
        desk.board.fill_in(
            desk.board.only, "Approve", "AM-1", code=f"{(int(right) + n + 1) % 10**6:06}"
        )
        desk.look()
    desk.board.fill_in(desk.board.only, "Approve", "AM-1", code=right)
    desk.look()
    assert "too many wrong codes" in desk.board.runs[desk.board.only].problem
    assert desk.row(row).state == "open"
    assert [entry.type for entry in desk.timeline()].count("wrong code") == 5
    desk.by_link(row, "AM-1", "approve")
    assert desk.row(row).answered_by == "AM-1"


@pytest.mark.covers("D5")
def test_whom_the_operator_answered_for_is_told_of_it_once(desk: Desk) -> None:
    desk.ask("priority", "ERT-1")
    desk.look()
    desk.board.fill_in(desk.board.only, "P2", "ERT-1")
    desk.look()
    for _ in range(2):
        tell_relayed(desk.inst, "Prefect form")
        assert set(told_of_relayed(desk)) == {"ERT-1"}
        assert len(told_of_relayed(desk)) == 2  # by SMS and by mail


def test_the_longest_words_do_not_push_out_how_the_answer_came(desk: Desk) -> None:
    desk.ask("priority", "ERT-1")
    desk.look()
    desk.board.fill_in(desk.board.only, "P2", "ERT-1", words="x" * 1990)
    desk.look()
    said = desk.timeline()[-1].text
    assert len(said) == 1000
    assert said.endswith("xx; relayed by the operator of the Prefect UI")


@pytest.mark.parametrize(
    ("answer", "person", "words", "problem"),
    [
        ("False alarm", "ERT-1", "  ", "“False alarm” needs a few words"),
        ("P9", "ERT-1", "", "That is not one of the answers"),
        ("", "ERT-1", "", "That is not one of the answers"),
        ("P2", "ERT-1", "x" * 2001, "Your words are too long: 2,001 letters"),
        ("P2", "CMT-LEAD", "", "“CMT-LEAD” was not asked this. Choose whose answer it is, of: "
                               "ERT member ERT-1."),
        ("P2", "", "", "nobody is named. Choose whose answer it is, of: ERT member ERT-1."),
    ],
)  # fmt: skip
@pytest.mark.covers("D5")
def test_an_answer_that_can_not_count_is_asked_for_again_with_the_reason(
    desk: Desk, answer: str, person: str, words: str, problem: str
) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    run = desk.board.only
    desk.board.runs[run].sheet = replace(desk.board.runs[run].sheet, people=("ERT member ERT-1",))
    sheet = desk.board.runs[run].sheet
    desk.board.runs[run].waits = False
    chosen = next((a for a in sheet.answers if answer and a.startswith(answer)), answer)
    whose = sheet.people[0] if person == "ERT-1" else person
    desk.board.runs[run].given.append(Given(run, "k", chosen, words, whose))
    desk.look()
    hung = desk.board.runs[run]
    assert hung.problem.startswith("Not taken: ")
    assert problem in hung.problem
    assert (hung.waits, hung.given, hung.message) == (True, [], "")
    assert desk.row(row).state == "open"
    assert desk.answers(row) == []
    desk.board.fill_in(run, "P3", "ERT-1")
    desk.look()
    assert desk.answers(row) == [("ERT-1", "P3", "Prefect form", "counted")]


@pytest.mark.covers("D6")
def test_an_answer_by_link_ends_the_form(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    desk.by_link(row, "ERT-1", "P1")
    desk.look(sweep=False)
    assert desk.board.runs[desk.board.only].message == (
        "Answered by link: “P1 (proposed)”, by the ERT member ERT-1 at 10:00 CET."
    )
    assert not desk.board.standing()


@pytest.mark.covers("D6")
def test_a_form_that_comes_after_the_link_is_told_so(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1", "ERT-2")
    desk.look()
    desk.by_link(row, "ERT-1", "P1")
    desk.clock.advance(minutes=1)
    desk.board.fill_in(desk.board.only, "P3", "ERT-2")
    desk.look(sweep=False)
    assert desk.answers(row) == [
        ("ERT-1", "P1", "link", "counted"),
        ("ERT-2", "P3", "Prefect form", "late"),
    ]
    assert desk.board.runs[desk.board.only].message == (
        "Answered by link: “P1 (proposed)”, by the ERT member ERT-1 at 10:00 CET. The answer given "
        "here for the ERT member ERT-2 at 10:01 CET, “P3”, came later: it is in the record and "
        "does not count."
    )


def test_an_answer_that_comes_while_the_form_ends_is_told_of_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = desk.ask("priority", "ERT-1", "ERT-2")
    desk.look()
    desk.by_link(row, "ERT-1", "P1")
    take_down = desk.board.take_down

    def just_before(run: str, message: str) -> None:
        if not desk.answers(row)[1:]:
            desk.board.fill_in(run, "P3", "ERT-2")
        take_down(run, message)

    monkeypatch.setattr(desk.board, "take_down", just_before)
    desk.look(sweep=False)
    assert desk.answers(row)[1] == ("ERT-2", "P3", "Prefect form", "late")
    assert "“P3”, came later" in desk.board.runs[desk.board.only].message


@pytest.mark.covers("D6")
def test_link_and_form_in_the_same_instant_one_wins_and_the_other_is_told(desk: Desk) -> None:
    ways = set()
    for race in range(RACES):
        now = desk.clock.now()
        with desk.inst.journal.write() as session:
            question = replace(
                questions.priority(session, desk.plan, NUMBER, now), key=f"{NUMBER}:race-{race}"
            )
            for person in ("ERT-3", "ERT-4"):
                row = approvals.ask(session, question, person, now=now)
        desk.look()
        run = next(r for r, hung in desk.board.runs.items() if not hung.message)
        desk.board.fill_in(run, "P3", "ERT-4")
        together = threading.Barrier(2)
        shown: list[Any] = []

        def link(row: Approval, together: threading.Barrier, shown: list[Any]) -> None:
            together.wait(5)
            shown.append(desk.by_link(row, "ERT-3", "P1"))

        thread = threading.Thread(target=link, args=(row, together, shown))
        thread.start()
        together.wait(5)
        sleep_s(0.002 * (race % 4))
        desk.look()
        thread.join(10)
        desk.look()
        outcomes = {via: outcome for _, _, via, outcome in desk.answers(row)}
        assert sorted(outcomes.values()) == ["counted", "late"]
        message = desk.board.runs[run].message
        page = desk.place.pages["en"].get_template(shown[0].template)
        page = page.render(shown[0].view, token="t", languages=("en",))
        if outcomes["link"] == "counted":
            ways.add("link")
            assert message.startswith("Answered by link")
            assert "“P3”, came later" in message
            assert "It is decided: P1" in page
        else:
            ways.add("form")
            assert message.startswith("Answered by this form: “P3”")
            assert "Already decided: P3" in page
            assert "Decided by ERT member ERT-4" in page
    assert ways  # who wins is chance; that exactly one does is not


@pytest.mark.covers("D6")
def test_a_withdrawn_question_ends_its_form_with_the_reason(desk: Desk) -> None:
    row = desk.ask("divert-order", "AM-1")
    desk.look()
    with desk.inst.journal.write() as session:
        approvals.void(session, row.id, "The phone system answers again")
    desk.look(sweep=False)
    assert desk.board.runs[desk.board.only].message == (
        "No answer is needed any more: The phone system answers again."
    )


def test_an_answer_to_a_withdrawn_question_is_kept_and_told_of(desk: Desk) -> None:
    row = desk.ask("divert-order", "AM-1")
    desk.look()
    with desk.inst.journal.write() as session:
        approvals.void(session, row.id, "The phone system answers again")
    desk.board.fill_in(desk.board.only, "Order", "AM-1")
    desk.look()
    assert desk.answers(row) == [("AM-1", "order", "Prefect form", "void")]
    assert "came later: it is in the record" in desk.board.runs[desk.board.only].message


def test_the_end_of_an_incident_ends_its_forms(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    desk.change(closed_at=desk.clock.now(), state="closed")
    desk.board.fill_in(desk.board.only, "P1", "ERT-1")
    desk.look()
    message = desk.board.runs[desk.board.only].message
    assert message.startswith("INC-0001 has ended: no answer is needed any more. Not taken: ")
    assert desk.answers(row) == []


# --- crashes, events, an absent Prefect ----------------------------------------------------------


@pytest.mark.covers("D21")
def test_a_new_gateway_finds_the_forms_and_the_answer_given_meanwhile(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    desk.board.fill_in(desk.board.only, "P2", "ERT-1")
    desk.forms = Forms(desk.place, desk.board)
    desk.look()
    assert len(desk.board.runs) == 1
    assert desk.answers(row) == [("ERT-1", "P2", "Prefect form", "counted")]


@pytest.mark.covers("D21")
def test_a_gateway_that_stops_between_record_and_form_records_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    desk.board.fill_in(desk.board.only, "P2", "ERT-1")

    def away(given: Given) -> None:
        raise OrchestratorError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(desk.board, "put_away", away)
        with pytest.raises(OrchestratorError):
            desk.look()
    desk.forms = Forms(desk.place, desk.board)
    desk.look()
    assert desk.answers(row) == [("ERT-1", "P2", "Prefect form", "counted")]
    assert desk.board.runs[desk.board.only].message.startswith("Answered by this form")


def test_two_gateways_record_an_answer_once(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    other = Forms(desk.place, desk.board)
    other.look(sweep=True)
    assert len(desk.board.runs) == 1
    desk.board.fill_in(desk.board.only, "P2", "ERT-1")
    threads = [threading.Thread(target=f.look, kwargs={"sweep": True}) for f in (desk.forms, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    desk.look()
    assert [a for a in desk.answers(row) if a[3] == "counted"] == [
        ("ERT-1", "P2", "Prefect form", "counted")
    ]
    assert desk.board.runs[desk.board.only].message.startswith("Answered by this form: “P2”")


def test_a_form_that_was_cancelled_while_the_question_waits_comes_back(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    del desk.board.runs[desk.board.only]
    desk.look()
    assert desk.board.only == "run-2"
    assert desk.row(row).state == "open"


@pytest.mark.parametrize("answered", [False, True])
def test_a_form_whose_making_was_broken_off_is_made_whole_or_ended(
    desk: Desk, answered: bool
) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    hung = desk.board.runs[desk.board.only]
    hung.whole = hung.waits = False
    desk.forms = Forms(desk.place, desk.board)
    if answered:
        desk.by_link(row, "ERT-1", "P1")
    desk.look()
    assert hung.waits != answered
    assert hung.message.startswith("Answered by link") == answered
    assert hung.problem == ""


def test_an_event_that_comes_before_its_answer_waits_for_it(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.look()
    run = desk.board.only
    desk.board.runs[run].waits = False
    desk.look()
    assert desk.answers(row) == []
    assert desk.board.runs[run].shown == 1
    desk.board.fill_in(run, "P2", "ERT-1")
    desk.look(sweep=False)
    assert desk.answers(row) == [("ERT-1", "P2", "Prefect form", "counted")]


def test_a_form_that_comes_back_empty_is_shown_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "ANSWER_COMES_WITHIN_S", 0.0)
    row = desk.ask("priority", "ERT-1")
    desk.look()
    desk.board.runs[desk.board.only].waits = False
    desk.look()
    hung = desk.board.runs[desk.board.only]
    assert (hung.waits, hung.problem) == (True, forms.NO_ANSWER_CAME)
    assert desk.row(row).state == "open"


def test_forms_of_another_journal_are_left_alone(desk: Desk) -> None:
    desk.ask("priority", "ERT-1")
    desk.look()
    sheet = desk.board.runs[desk.board.only].sheet
    foreign = desk.board.put_up(replace(sheet, question="INC-0777:priority")).run
    desk.board.fill_in(foreign, "P1", "ERT-1")
    desk.look()
    assert desk.board.runs[foreign].given
    assert desk.board.runs[foreign].message == ""


def test_a_prefect_that_is_away_is_asked_again_and_said_once(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "TRY_AGAIN_AFTER_S", (0.05, 0.1))
    caplog.set_level(logging.INFO, logger=forms.__name__)
    desk.board.away = True
    desk.forms.start()
    row = desk.ask("priority", "ERT-1")
    eventually(lambda: desk.board.calls > 4)
    said = [r.message for r in caplog.records if r.levelno >= logging.WARNING]
    assert said == ["forms in the Prefect UI: Prefect is away; tried again, links work"]
    desk.by_link(row, "ERT-1", "P1")  # the question stands without its form
    desk.ask("ticket", "IT-MGR")
    desk.board.away = False
    eventually(lambda: desk.board.runs)
    assert desk.board.runs["run-1"].sheet.question == "INC-0001:ticket"
    eventually(lambda: "forms in the Prefect UI are kept again" in caplog.messages)


def test_a_round_that_fails_does_not_end_the_keeping(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "TRY_AGAIN_AFTER_S", (0.05,))
    broken = [ValueError("something nobody thought of")]
    standing = desk.board.standing

    def fails_once() -> list[Standing]:
        if broken:
            raise broken.pop()
        return standing()

    monkeypatch.setattr(desk.board, "standing", fails_once)
    desk.ask("priority", "ERT-1")
    desk.forms.start()
    eventually(lambda: desk.board.runs)
    assert "a round of the forms in the Prefect UI failed" in caplog.text


def test_one_form_that_fails_keeps_no_other_from_being_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask("priority", "ERT-1")
    desk.ask("ticket", "IT-MGR")
    put_up = desk.board.put_up

    def refuses_the_first(sheet: Sheet) -> Standing:
        if sheet.question.endswith("priority"):
            raise OrchestratorError("refused")
        return put_up(sheet)

    monkeypatch.setattr(desk.board, "put_up", refuses_the_first)
    with pytest.raises(OrchestratorError, match="refused"):
        desk.look()
    assert desk.board.runs[desk.board.only].sheet.question == "INC-0001:ticket"


def test_while_nobody_answers_prefect_is_not_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ask("priority", "ERT-1")
    desk.forms.start()
    eventually(lambda: desk.board.runs)
    sleep_s(0.5)
    calls = desk.board.calls
    for _ in range(5):
        desk.change(title="a write to the journal that no question is about")
        sleep_s(0.2)
    assert desk.board.calls == calls


@pytest.mark.covers("D5")
def test_an_answer_is_in_the_journal_soon_after_its_event(desk: Desk) -> None:
    row = desk.ask("priority", "ERT-1")
    desk.forms.start()
    run = eventually(lambda: next(iter(desk.board.runs), None))
    sleep_s(0.5)  # the form is known, the round is over
    began = monotonic_s()
    desk.board.fill_in(run, "P2", "ERT-1")
    eventually(lambda: desk.answers(row))
    assert monotonic_s() - began < 1.5
    eventually(lambda: desk.board.runs[run].message)


@pytest.mark.covers("D5")
def test_an_answer_goes_before_the_forms_that_are_still_to_be_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_up = desk.board.put_up

    def slowly(sheet: Sheet) -> Standing:
        sleep_s(0.3)
        return put_up(sheet)

    monkeypatch.setattr(desk.board, "put_up", slowly)
    row = desk.ask("priority", "ERT-1")
    desk.forms.start()
    run = eventually(lambda: next(iter(desk.board.runs), None))
    sleep_s(0.5)
    now = desk.clock.now()
    with desk.inst.journal.write() as session:
        question = questions.ticket(session, desk.plan, NUMBER, now)
        for number in range(12):  # 3.6 s of showing
            approvals.ask(session, replace(question, key=f"{NUMBER}:{number}"), "IT-MGR", now=now)
    eventually(lambda: len(desk.board.runs) > 1)
    began = monotonic_s()
    desk.board.fill_in(run, "P2", "ERT-1")
    eventually(lambda: desk.answers(row))
    assert monotonic_s() - began < 1.5
    eventually(lambda: len(desk.board.runs) == 13)
