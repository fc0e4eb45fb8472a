"""The board shows each person what waits for them besides incidents: the plan's review, its new
version, an exercise's date, its hot wash, its record (R51, R52, R53)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from kitart.alerts.opening import open_or_join
from kitart.clock import real_now
from kitart.installation import use_installation
from kitart.journal import approvals, exercises, incidents, plans
from kitart.messaging import exercise_questions, questions
from kitart.messaging.asking import ask
from kitart.rules.review import CHECKLIST
from tasks import exercise_record as steps
from tests.exercising import ended_exercise
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import seen as words_of
from tests.integration.gateway.test_review import (
    approve,
    first_plan,
    look,
    review,
    with_more_seats,
    written_through,
)

NUMBER = "INC-0001"


@pytest.fixture(autouse=True)
def installed(place: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    use_installation(place.inst)
    monkeypatch.setattr(type(place.inst), "current_plan", lambda _: place.plan)
    yield
    use_installation(None)


def waiting(holder: Holder) -> list[tuple[str, str]]:
    """What waits for the reader: its words, and where its link leads."""
    page = holder.get("/board").text
    cards = re.findall(r'<li class="card mine.*?</li>', page, flags=re.DOTALL)
    found = []
    for card in cards:
        link = re.search(r'class="go" id="[^"]+" href="([^"]+)"', card)
        assert link is not None
        text = re.sub(r"<[^>]+>", " ", card)
        found.append((" ".join(html.unescape(text).split()), link[1]))
    return found


@pytest.mark.covers("R51", "A25")
def test_a_review_waits_for_its_owners_with_the_part_that_is_to_be_filled_next(place: Any) -> None:
    first_plan(place, 336)
    with_more_seats(place)
    look()
    owner = Holder(place, "AM-1")
    ((text, link),) = waiting(owner)
    assert "A terv felülvizsgálata: megválaszolatlan tétel az ellenőrző listán: 14" in text
    assert "Esedékes: 2026-12-23." in text
    assert "Megnyitom" in text
    assert link == "/review#check"
    assert 'id="check"' in owner.get(link).text
    for other in ("SV-1", "ERT-1", "IT-DEP"):
        assert waiting(Holder(place, other)) == []
    owner.post("/review/check", **{f"answer-{item}": "yes" for item in CHECKLIST})
    assert waiting(owner)[0][1] == "/review#explain"
    owner.post("/review/explain", mark="part:projects", why="More calls", risk="None")
    assert waiting(owner)[0][1] == "/review#dates"
    owner.post("/review/dates", effective_on="2026-12-01", next_on="2027-06-01")
    ((text, link),) = waiting(owner)
    assert "jóváhagyásra küldhető" in text
    assert link == "/review#propose"
    owner.post("/review/propose")
    assert waiting(owner) == [], "now it waits for the approvers"


@pytest.mark.covers("R51")
def test_an_approval_waits_with_the_form_by_which_it_is_given(place: Any) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    writer = Holder(place, "IT-DEP")
    writer.post("/review/begin", reason="audit", words="The auditor asks")
    written_through(place, writer)
    writer.post("/review/propose")
    lead = Holder(place, "CMT-LEAD")
    ((text, link),) = waiting(lead)
    assert place.plan.version in text
    assert " left" not in text, "a week is given as its day"
    assert link.startswith("/d/")
    answer = lead.browser.post(f"{place.server.url}{link}", data={"answer": "approve"}, timeout=20)
    assert answer.status_code == 200
    assert waiting(lead) == []
    with place.inst.journal.read() as session:
        (given,) = [q for q in approvals.of_incident(session, NUMBER) if q.answer == "approve"]
    assert given.answered_by == "CMT-LEAD"


@pytest.mark.covers("R51", "D17")
def test_a_new_version_waits_for_everybody_until_each_has_read_it(place: Any) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    writer = Holder(place, "IT-DEP")
    writer.post("/review/begin", reason="audit", words="The auditor asks")
    written_through(place, writer)
    writer.post("/review/propose")
    approve(place)
    reader, other = Holder(place, "SV-1"), Holder(place, "SV-2")
    assert waiting(reader) == [], "in force, but nobody was told"
    look()
    assert review(place).closed_at is not None
    ((text, link),) = waiting(reader)
    assert "Read the new version of the plan and say so" in text
    assert "Due on 2026-12-01." in text
    assert "I have read it" in html.unescape(reader.get(link).text)
    reader.browser.post(f"{place.server.url}{link}", data={"answer": "read"}, timeout=20)
    assert waiting(reader) == []
    assert len(waiting(other)) == 1
    place.clock.advance(days=8)
    assert "Overdue since 2026-12-01." in waiting(Holder(place, "SV-2"))[0][0]
    place.clock.advance(days=90)
    assert waiting(Holder(place, "SV-2")) == [], "nobody is reminded of it any more"


@pytest.fixture
def planned(place: Any) -> str:
    """An exercise in two hours whose date was put to a coordinator."""
    now = place.clock.now()
    with place.inst.journal.write() as session:
        plans.keep(session, place.plan.hash, place.plan.snapshot(), now=now)
        number = exercises.plan_one(
            session, place.plan, place.plan.exercise("SUDDEN-SWITCH"),
            starts_at=now + timedelta(hours=2), asked_by="operator", now=now, real_now=real_now(),
        ).incident.number  # fmt: skip
        record = exercises.get(session, number)
    question = exercise_questions.date(
        place.inst.plan_of(number), record, "AM-2", 1, latest=None, problem="", now=now
    )
    ask(place.inst, place.inst.plan_of(number), question, "AM-2", {"next_news": "x"}, None)
    return number


@pytest.mark.covers("R53", "D4")
def test_the_date_of_an_exercise_waits_for_whom_it_was_put_to_and_says_exercise(
    place: Any, planned: str
) -> None:
    assert waiting(Holder(place, "AM-1")) == []
    coordinator = Holder(place, "AM-2")
    ((text, link),) = waiting(coordinator)
    assert "GYAKORLAT" in text
    assert "Valós esemény gyakorlat közben" in text
    coordinator.browser.post(f"{place.server.url}{link}", data={"answer": "confirm"}, timeout=20)
    assert waiting(coordinator) == []


@pytest.mark.covers("R52", "R53")
def test_a_hot_wash_waits_for_each_participant_while_a_word_is_taken(place: Any) -> None:
    with place.inst.journal.write() as session:
        ended_exercise(session, place.plan, place.clock.now())
        lease = incidents.take_lease(session, NUMBER, "run", real_now=place.clock.now())
    steps.want.fn(lease)
    player, other = Holder(place, "SV-3"), Holder(place, "SV-1")
    ((text, link),) = waiting(player)
    assert "Say what to keep and what to change" in text or "Mondja el" in text
    assert "EXERCISE" in text or "GYAKORLAT" in text
    assert waiting(other) == []
    player.browser.post(f"{place.server.url}{link}", data={"keep": "The order"}, timeout=20)
    assert waiting(player) == []
    late = Holder(place, "AM-2")
    assert any("/h/" in link for _, link in waiting(late))
    place.clock.advance(hours=49)
    assert not any("/h/" in link for _, link in waiting(Holder(place, "AM-2")))


@pytest.mark.covers("R53", "D29")
def test_the_record_of_an_exercise_waits_for_whom_is_to_sign_it_although_it_is_over(
    place: Any,
) -> None:
    with place.inst.journal.write() as session:
        ended_exercise(session, place.plan, place.clock.now())
        question = approvals.Question(
            key=f"{NUMBER}:sign-off:1:it_manager", incident=NUMBER, kind="sign-off",
            title="Sign off the record?", text="", known=[], due_at=None,
            options=[{"value": "approve", "label": "Sign it off", "means": "", "note": "none"}],
        )  # fmt: skip
        approvals.ask(session, question, "IT-MGR", now=place.clock.now())
    signer = Holder(place, "IT-MGR")
    ((text, link),) = waiting(signer)
    assert "Sign off the record?" in text
    assert signer.get(link).status_code == 200
    signer.browser.post(f"{place.server.url}{link}", data={"answer": "approve"}, timeout=20)
    assert waiting(signer) == []


@pytest.mark.covers("R51", "D5")
def test_what_an_incident_asks_goes_before_a_review_that_is_overdue(place: Any) -> None:
    first_plan(place, 370)
    look()
    number, now = "INC-0002", place.clock.now()
    with place.inst.journal.write() as session:
        opened = open_or_join(session, place.plan, "VCC", reported_by="monitor alertmanager",
                              seen="x", cause_at=now, now=now)  # fmt: skip
        assert opened.incident.number == number
        approvals.ask(
            session, questions.priority(session, place.plan, number, now), "IT-MGR", now=now
        )
    place.take_lease(number)
    owner = Holder(place, "IT-MGR")
    (urgent, to_decide), (overdue, to_review) = waiting(owner)
    assert to_decide.startswith("/d/")
    assert number in urgent
    assert "2026-11-19 óta lejárt." in overdue
    assert to_review == "/review#check"
    assert "Önre vár: 2" in words_of(owner.get("/board"))
