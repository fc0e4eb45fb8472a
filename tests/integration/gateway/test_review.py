"""The review of the plan from the first reminder to the last "I have read it", over real sockets
(R51, A25, D17)."""

from __future__ import annotations

import copy
import html
import re
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select

from kitart.installation import use_installation
from kitart.journal import documents, incidents, plans, reviews, timeline
from kitart.journal.documents import INTERNAL
from kitart.journal.tables import Approval, Incident, Message
from kitart.messaging.readiness import look_now
from kitart.plan.schema import Plan
from kitart.reports.plan_review import RECORD
from kitart.rules.review import CHECKLIST
from tasks.review_watch import look_at_review
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import open_vcc
from tests.integration.gateway.test_board import seen as words_of

pytestmark = pytest.mark.covers("R51", "A25")
CHANGED = "ALPHA: seats de on day 2 → 4"


@pytest.fixture(autouse=True)
def installed(place, monkeypatch):
    use_installation(place.inst)
    monkeypatch.setattr(type(place.inst), "current_plan", lambda _: place.plan)
    yield
    use_installation(None)


def seen(answer: requests.Response) -> str:
    """The words of a page, as its reader reads them."""
    return html.unescape(words_of(answer))


def look() -> str:
    return look_at_review.fn()


def first_plan(place, days_ago: int) -> str:
    """The journal knows the plan since so many days."""
    then = place.clock.now() - timedelta(days=days_ago)
    with place.inst.journal.write() as session:
        plans.keep(session, place.plan.hash, place.plan.snapshot(), now=then)
    return place.plan.hash


def with_more_seats(place) -> Plan:
    raw = copy.deepcopy(place.plan.snapshot())
    raw["projects"][0]["queues"][0]["seats"]["day"] = 4
    place.use_plan(raw)
    return place.plan


def told(place, purpose: str) -> list[Message]:
    with place.inst.journal.read() as session:
        query = select(Message).where(Message.purpose == purpose).order_by(Message.id)
        return list(session.scalars(query))


def review(place) -> Incident:
    with place.inst.journal.read() as session:
        found = reviews.newest(session)
    assert found is not None
    return found


def link_in(message: Message) -> str:
    found = re.search(r"https?://\S+/[vd]/\S+", message.text)
    assert found is not None, message.text
    return found[0]


def written_through(place, who: Holder) -> None:
    """Everything that a version needs before it may be sent for approval."""
    answers = {f"answer-{item}": "yes" for item in CHECKLIST}
    assert who.post("/review/check", **answers).status_code == 303
    assert who.post(
        "/review/explain", mark="part:projects", why="More calls in German", risk="None"
    ).status_code == 303  # fmt: skip
    assert who.post(
        "/review/dates", effective_on="2026-12-01", next_on="2027-06-01"
    ).status_code == 303  # fmt: skip


def approve(place, answer: str = "approve", note: str = "") -> None:
    """Who is asked answers by the link of the own mail."""
    with place.inst.journal.read() as session:
        query = select(Approval).where(Approval.kind == "plan-version", Approval.state == "open")
        waiting = [row.asked_of[0] for row in session.scalars(query)]
    mails = {m.recipient: m for m in told(place, "decision-request") if m.channel == "mail"}
    for person in waiting:
        requests.post(link_in(mails[person]), data={"answer": answer, "note": note}, timeout=20)


@pytest.fixture
def in_force(place) -> Holder:
    """A version that two people approved and everybody was told of; who wrote the review."""
    first_plan(place, 300)
    with_more_seats(place)
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="audit", words="The auditor asks for it")
    written_through(place, who)
    assert who.post("/review/propose").status_code == 303
    approve(place)
    look()
    return who


def second_version(place, writer: Holder) -> None:
    """Two days later another version comes into force."""
    raw = copy.deepcopy(place.plan.snapshot())
    raw["limits"]["am_notify"] = 6
    place.use_plan(raw)
    place.clock.advance(days=2)
    writer.post("/review/begin", reason="law", words="A new contract")
    writer.post("/review/check", **{f"answer-{item}": "yes" for item in CHECKLIST})
    writer.post("/review/explain", mark="part:limits", why="Too tight", risk="None")
    writer.post("/review/dates", effective_on="2026-12-01", next_on="2027-06-01")
    assert writer.post("/review/propose").status_code == 303
    approve(place)
    look()


def test_a_year_after_the_plan_is_first_known_its_owner_and_the_account_managers_are_reminded(
    place,
) -> None:
    first_plan(place, 330)
    assert look().startswith("the next review is due on 2026-12-")
    place.clock.advance(days=6)
    said = look()
    assert said.startswith("INC-0001 is due on 2026-12-29")
    mails = [m for m in told(place, "review-due") if m.channel == "mail"]
    assert {m.recipient for m in mails} == {"IT-MGR", "AM-1", "AM-2"}
    assert "Ok: éves felülvizsgálat" in next(m for m in mails if m.recipient == "IT-MGR").text
    before = len(told(place, "review-due"))
    place.clock.advance(hours=1)
    look()
    assert len(told(place, "review-due")) == before
    place.clock.advance(days=29)
    look()
    assert len(told(place, "review-due")) == 2 * before
    place.clock.advance(days=1)
    look()
    assert len(told(place, "review-due")) == 2 * before
    place.clock.advance(days=6)
    look()
    assert len(told(place, "review-due")) == 3 * before
    last = [m for m in told(place, "review-due") if m.recipient == "AM-1"][-1]
    assert "Lejárt az üzletmenet-folytonossági terv" in last.text


def test_the_record_of_a_review_pages_nobody_and_wants_no_run(place) -> None:
    first_plan(place, 370)
    look()
    place.clock.advance(minutes=10)
    with place.inst.journal.read() as session:
        assert incidents.open_incidents(session) == []
        assert incidents.unsettled(session) == []
    assert place.orchestrator.asked == []
    assert told(place, "ert-alarm") == []
    holder = Holder(place, "IT-DEP")
    assert "INC-0001" not in holder.get("/board").text
    assert holder.get("/incident/INC-0001").status_code == 200


def test_while_a_real_incident_is_open_nobody_is_spoken_to_about_a_review(place) -> None:
    first_plan(place, 370)
    open_vcc(place)
    assert look() == "INC-0001 is open: nobody is spoken to about a review meanwhile"
    assert told(place, "review-due") == []


def test_the_page_shows_what_kitart_knows_and_what_changed(place) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    who = Holder(place, "IT-DEP")
    assert who.post("/review/begin", reason="audit", words="The auditor asks").status_code == 303
    page = seen(who.get("/review"))
    assert CHANGED in page
    assert "audit: The auditor asks" in page
    assert "Kitart knows: 4 clients, 4 projects; changes since the last review: 1" in page
    assert "items of the checklist without an answer: 14" in page
    assert "Send it for approval" not in page


def test_an_answer_other_than_yes_needs_a_note_and_the_form_comes_back_with_its_words(
    place,
) -> None:
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="request", words="New year")
    answer = who.post("/review/check", **{"answer-scope": "yes", "answer-legal": "no"})
    assert answer.status_code == 422
    assert "Please write what is not right, or what was changed: Legal duties." in seen(answer)
    assert place.entries("review item") == []
    answer = who.post("/review/check", **{"answer-legal": "no", "note-legal": "DORA applies now"})
    assert answer.status_code == 303
    assert "not right : DORA applies now" in seen(who.get("/review"))


def test_what_is_missing_keeps_a_version_from_being_sent(place) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="audit", words="The auditor asks")
    answer = who.post("/review/propose")
    assert answer.status_code == 422
    assert "It can't be sent yet; still missing: items of the checklist" in seen(answer)
    answers = {f"answer-{item}": "yes" for item in CHECKLIST}
    who.post("/review/check", **answers)
    assert "parts with changes that nobody has explained: 1" in seen(who.post("/review/propose"))
    assert told(place, "decision-request") == []


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"effective_on": "2026-12-01", "next_on": "2027-11-25"}, "2027-11-24 at the latest"),
        ({"effective_on": "2026-12-01", "next_on": "2026-11-24"}, "after today and within 12"),
        ({"effective_on": "2026-11-23", "next_on": "2027-06-01"}, "2026-11-24 at the earliest"),
        ({"effective_on": "soon", "next_on": "2027-06-01"}, "give the day, such as 2026-12-15"),
    ],
)
def test_the_next_review_is_within_twelve_months(place, form, said) -> None:
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="audit", words="The auditor asks")
    answer = who.post("/review/dates", **form)
    assert answer.status_code == 422
    assert said in seen(answer)


def test_only_who_answers_for_the_plan_begins_and_sends_and_a_supervisor_sees_no_review(
    place,
) -> None:
    assert Holder(place, "ERT-1").post(
        "/review/begin", reason="audit", words="x"
    ).status_code == 403  # fmt: skip
    assert Holder(place, "SV-1").get("/review").status_code == 403
    assert 'href="/review"' not in Holder(place, "SV-1").get("/board").text
    assert 'href="/review"' in Holder(place, "ERT-1").get("/board").text
    assert requests.get(f"{place.server.url}/review", timeout=20).status_code == 401
    assert Holder(place, "IT-DEP").post(
        "/review/begin", key="forged", reason="audit", words="x"
    ).status_code == 403  # fmt: skip
    with place.inst.journal.read() as session:
        assert reviews.newest(session) is None


@pytest.mark.covers("D17")
def test_two_approvals_put_a_version_into_force_and_everybody_of_the_matrix_is_told(
    place, in_force
) -> None:
    row = review(place)
    assert row.state == reviews.APPROVED
    with place.inst.journal.read() as session:
        (entry,) = timeline.entries(session, row.number, reviews.IN_FORCE)
    assert entry.data == {"version": place.plan.hash, "day": "2026-12-01"}
    mails = [m for m in told(place, "plan-version") if m.channel == "mail"]
    assert {m.recipient for m in mails} == {
        p.id for p in place.plan.people if any(c.kind == "mail" for c in p.channels)
    }
    supervisor = next(m for m in mails if m.recipient == "SV-1")
    assert CHANGED in supervisor.text
    assert f"{place.server.url}/paper" in supervisor.text
    page = seen(in_force.get("/review"))
    assert f"Version {place.plan.version} is in force from 2026-12-01." in page
    assert f"0 of {len(place.plan.people)}; the others are reminded each week." in page


def test_a_version_that_is_sent_back_does_not_come_into_force_and_may_be_sent_again(place) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="audit", words="The auditor asks")
    written_through(place, who)
    who.post("/review/propose")
    approve(place, "send-back", "The seats are too many")
    look()
    assert review(place).closed_at is None
    assert told(place, "plan-version") == []
    assert "sent back" in seen(who.get("/review"))
    assert who.post("/review/propose").status_code == 303
    approve(place)
    look()
    assert review(place).state == reviews.APPROVED


def test_one_approval_alone_puts_nothing_into_force(place) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="audit", words="The auditor asks")
    written_through(place, who)
    who.post("/review/propose")
    mails = {m.recipient: m for m in told(place, "decision-request") if m.channel == "mail"}
    assert set(mails) == {"IT-MGR", "CMT-LEAD"}
    requests.post(link_in(mails["IT-MGR"]), data={"answer": "approve"}, timeout=20)
    assert "INC-0001: waiting" in look()
    assert review(place).closed_at is None
    place.clock.advance(days=4)
    look()
    asked = [m.recipient for m in told(place, "decision-request") if m.channel == "mail"]
    assert asked == ["IT-MGR", "CMT-LEAD", "CMT-DEP"]
    place.clock.advance(days=4)
    look()
    look()
    asked = [m.recipient for m in told(place, "decision-request") if m.channel == "mail"][3:]
    assert asked == ["CMT-LEAD", "CMT-2"]  # again after a week, and one more


def test_a_plan_that_is_edited_while_people_decide_is_not_put_into_force_and_they_are_told(
    place,
) -> None:
    first_plan(place, 300)
    with_more_seats(place)
    who = Holder(place, "IT-DEP")
    who.post("/review/begin", reason="audit", words="The auditor asks")
    written_through(place, who)
    who.post("/review/propose")
    mails = {m.recipient: m for m in told(place, "decision-request") if m.channel == "mail"}
    requests.post(link_in(mails["IT-MGR"]), data={"answer": "approve"}, timeout=20)
    raw = copy.deepcopy(place.plan.snapshot())
    raw["limits"]["am_notify"] = 6
    place.use_plan(raw)
    assert "Send it again to put that one into force" in seen(who.get("/review"))
    assert "INC-0001: sent back" in look()
    assert {m.recipient for m in told(place, "withdrawn")} == {"CMT-LEAD"}
    answer = requests.post(link_in(mails["CMT-LEAD"]), data={"answer": "approve"}, timeout=20)
    assert "A beállított terv azóta megváltozott" in seen(answer)
    look()
    assert review(place).closed_at is None
    page = seen(who.get("/review"))
    assert "minutes to tell the account manager: 5 → 6" in page
    who.post("/review/explain", mark="part:limits", why="Too tight", risk="None")
    assert who.post("/review/propose").status_code == 303
    approve(place)
    look()
    assert review(place).state == reviews.APPROVED
    with place.inst.journal.read() as session:
        (entry,) = timeline.entries(session, "INC-0001", reviews.IN_FORCE)
    assert entry.data["version"] == place.plan.hash


def test_nobody_is_asked_to_read_a_version_that_another_one_has_replaced(place, in_force) -> None:
    before = len(told(place, "plan-version"))
    second_version(place, in_force)
    assert len(told(place, "plan-version")) == 2 * before
    place.clock.advance(days=7)
    look()
    numbers = [m.incident for m in told(place, "plan-version")[2 * before :]]
    assert set(numbers) == {"INC-0002"}


@pytest.mark.covers("D17")
def test_the_page_of_a_version_that_was_replaced_says_so_and_its_answer_counts_for_nothing(
    place, in_force
) -> None:
    mail = next(m for m in told(place, "plan-version")
                if (m.recipient, m.channel) == ("SV-1", "mail"))  # fmt: skip
    second_version(place, in_force)
    shown = requests.get(link_in(mail), timeout=20)
    assert shown.status_code == 200
    assert "This version was replaced" in seen(shown)
    assert f"Version {place.plan.version} is in force from 2026-12-01." in seen(shown)
    assert "<form" not in shown.text
    answer = requests.post(link_in(mail), data={"answer": "read"}, timeout=20)
    assert answer.status_code == 409
    assert "does not count" in seen(answer)
    for number in ("INC-0001", "INC-0002"):
        assert place.entries("plan version read", number) == []
    link = re.search(r'href="(/v/[^"]+)"', answer.text)
    assert link is not None
    current = requests.get(f"{place.server.url}{link[1]}", timeout=20)
    assert "Please read what changed" in seen(current)
    requests.post(f"{place.server.url}{link[1]}", data={"answer": "read"}, timeout=20)
    assert [e.text for e in place.entries("plan version read", "INC-0002")] == [
        "The supervisor has read it"
    ]


@pytest.mark.covers("D17", "D26")
def test_the_page_of_a_replaced_version_is_hungarian_for_who_reads_it(place, in_force) -> None:
    mail = next(m for m in told(place, "plan-version")
                if (m.recipient, m.channel) == ("AM-1", "mail"))  # fmt: skip
    second_version(place, in_force)
    page = seen(requests.get(link_in(mail), timeout=20))
    assert "Ezt a verziót új váltotta fel" in page
    assert "A hatályos verzió megnyitása" in page


@pytest.mark.covers("D17")
def test_each_says_by_a_link_that_it_is_read_and_that_old_copies_are_gone(place, in_force) -> None:
    mail = next(m for m in told(place, "plan-version")
                if (m.recipient, m.channel) == ("SV-1", "mail"))  # fmt: skip
    link = link_in(mail)
    shown = requests.get(link, timeout=20)
    assert shown.status_code == 200
    assert CHANGED in seen(shown)
    with place.inst.journal.read() as session:
        assert timeline.entries(session, review(place).number, "plan version read") == []
    assert requests.post(link, data={"answer": "nonsense"}, timeout=20).status_code == 422
    page = requests.post(link, data={"answer": "read"}, timeout=20)
    assert "It counts as read" in seen(page)
    assert "My old copies are destroyed now" in seen(page)
    page = requests.post(link, data={"answer": "withdrawn"}, timeout=20)
    assert "All is done" in seen(page)
    with place.inst.journal.read() as session:
        said = timeline.entries(session, review(place).number, "plan version read")
    assert [e.text for e in said] == [
        "The supervisor has read it", "The supervisor has no old copies any more",
    ]  # fmt: skip
    assert f"1 of {len(place.plan.people)}" in seen(in_force.get("/review"))


def test_who_has_not_read_it_after_seven_days_is_reminded_each_week_and_nobody_else(
    place, in_force
) -> None:
    first = {m.recipient for m in told(place, "plan-version")}
    mail = next(m for m in told(place, "plan-version")
                if (m.recipient, m.channel) == ("SV-1", "mail"))  # fmt: skip
    requests.post(link_in(mail), data={"answer": "withdrawn"}, timeout=20)
    before = len(told(place, "plan-version"))
    place.clock.advance(days=6)
    look()
    assert len(told(place, "plan-version")) == before
    place.clock.advance(days=1)
    look()
    again = told(place, "plan-version")[before:]
    assert {m.recipient for m in again} == first - {"SV-1"}
    mine = next(m for m in again if m.recipient == "SV-2")
    assert "please read the new version" in mine.text
    look()
    assert len(told(place, "plan-version")) == before + len(again)
    place.clock.advance(days=7)
    look()
    assert len(told(place, "plan-version")) == before + 2 * len(again)


def test_the_record_is_filed_and_made_anew_when_everybody_has_read_it(place, in_force) -> None:
    number = review(place).number

    def kept():
        with place.inst.journal.read() as session:
            return [d for d in documents.of_incident(session, number, INTERNAL, whole=True)
                    if d.type == RECORD]  # fmt: skip

    (first,) = kept()
    assert first.filed_url is not None
    assert "More calls in German" in first.text
    assert CHANGED in first.text
    look()
    assert len(kept()) == 1
    mails = {m.recipient: m for m in told(place, "plan-version")}
    for mail in mails.values():
        requests.post(link_in(mail), data={"answer": "withdrawn"}, timeout=20)
    look()
    first, second = kept()
    assert f"Read by {len(place.plan.people)} people; before by 0." in second.text
    assert second.filed_at is not None


@pytest.mark.covers("D26")
def test_the_record_is_a_page_and_a_pdf_in_both_languages(place, in_force, pdf_pages) -> None:
    english = seen(in_force.get("/review/record.html?language=en"))
    assert "Record of the plan's review" in english
    assert "Voicemail greetings right" in re.sub(r"\s+", " ", english)
    hungarian = in_force.get("/review/record.html?language=hu").text
    assert "A terv felülvizsgálati jegyzőkönyve" in hungarian
    assert "ALPHA: de helyek, day: 2 → 4" in hungarian
    answer = in_force.get("/review/record.pdf?language=hu")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "Hatálybalépés napja" in " ".join(pdf_pages(answer.content))


def test_after_a_review_the_next_one_is_due_when_it_said_so(place, in_force) -> None:
    place.clock.advance(days=100)
    assert look().startswith("the next review is due on 2027-06-01")


@pytest.mark.covers("D27")
def test_the_readiness_names_a_review_that_is_overdue(place) -> None:
    first_plan(place, 300)
    codes = [finding.code for finding in look_now(place.inst, place.plan).findings]
    assert "review-overdue" not in codes
    place.clock.advance(days=70)
    (overdue,) = [f for f in look_now(place.inst, place.plan).findings
                  if f.code == "review-overdue"]  # fmt: skip
    assert "the review of the plan was due on 2027-01-28" in str(overdue.what)
