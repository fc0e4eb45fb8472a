"""The pages behind links as programs meet them: scanners, forgers, two people at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from sandbox.pages import page_of

YOU_HAVE_IT = ("Thank you. You have it", "Köszönjük. Ön irányít")


def get(link: str, method: str = "GET") -> requests.Response:
    return requests.request(method, link, timeout=10)


def post(link: str, follow: bool = True, **form: str) -> requests.Response:
    return requests.post(link, data=form, timeout=10, allow_redirects=follow)


def heading(response: requests.Response) -> str:
    return page_of(response.text, response.url).heading


@pytest.mark.covers("D5")
def test_a_scanner_that_opens_links_changes_nothing(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    decide = desk.decide_link(row, "SV-1")
    before = desk.row_counts()
    for link in (desk.ack_link("ERT-5"), decide, f"{decide}/draft"):
        for method in ("GET", "HEAD"):
            assert [get(link, method).status_code for _ in range(10)] == [200] * 10
    assert desk.row_counts() == before
    assert desk.question(row).state == "open"


def test_an_answer_sent_twice_is_recorded_once(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    link = desk.decide_link(row, "SV-1")
    first = post(link, follow=False, answer="approve")
    assert (first.status_code, requests.compat.urljoin(link, first.headers["Location"])) == (
        303,
        link,
    )
    after_one = desk.row_counts()
    assert heading(post(link, answer="approve")) == "Thank you. It is decided: Approve and send"
    assert desk.row_counts() == after_one


@pytest.mark.covers("D5")
def test_of_two_who_press_at_once_one_counts_and_the_other_is_told(desk: Any) -> None:
    row = desk.ask("approve", "SV-1", "ERT-5")
    together = Barrier(2)

    def press(person: str, answer: str) -> str:
        link = desk.decide_link(row, person)
        together.wait(timeout=10)
        return heading(post(link, answer=answer, note="Not these lines"))

    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(press, ("SV-1", "ERT-5"), ("approve", "refuse")))
    decided = desk.question(row)
    winner = {"approve": "Approve and send", "refuse": "Do not send"}[decided.answer]
    assert sorted(seen) == [f"Already decided: {winner}", f"Thank you. It is decided: {winner}"]
    assert sorted(outcome for _, _, outcome in desk.answers(row)) == ["counted", "late"]


@pytest.mark.covers("A14", "A20")
def test_of_many_who_take_it_at_once_one_leads(desk: Any) -> None:
    members = [f"ERT-{n}" for n in range(1, 6)]
    together = Barrier(len(members))

    def press(person: str) -> str:
        link = desk.ack_link(person)
        together.wait(timeout=10)
        return heading(post(link, answer="take"))

    with ThreadPoolExecutor(len(members)) as pool:
        seen = list(pool.map(press, members))
    # Each is answered in the own language.
    assert len([each for each in seen if each in YOU_HAVE_IT]) == 1
    assert desk.row_counts()["acknowledgements"] == len(members)


def test_the_version_in_the_link_must_match(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    old = desk.link("decide", str(row.id), "SV-1", version=row.version + 1)
    assert get(old).status_code == 410
    answered = post(old, answer="approve")
    assert (answered.status_code, heading(answered)) == (
        410,
        "This link belongs to an older version",
    )
    assert desk.question(row).state == "open"


@pytest.mark.parametrize(
    ("purpose", "subject", "person", "status", "said"),
    [
        ("decide", "1", "SV-2", 403, "This question was not put to you"),
        ("decide", "1", "AM-99", 403, "holds no role"),
        ("decide", "77", "SV-1", 404, "This question is not in the record"),
        ("ack", "INC-0009/ert", "ERT-5", 404, "INC-0009 is not in the record"),
        ("ack", "INC-0001/tea", "ERT-5", 404, "This question is not in the record"),
    ],
)
def test_a_link_for_somebody_or_something_else_helps_in_words(
    desk: Any, purpose: str, subject: str, person: str, status: int, said: str
) -> None:
    row = desk.ask("approve", "SV-1")
    link = desk.link(purpose, subject, person)
    for response in (get(link), post(link, answer="approve")):
        assert response.status_code == status
        assert said in heading(response)
    assert desk.question(row).state == "open"


@pytest.mark.parametrize("path", ["/a/", "/d/"])
def test_a_forged_or_broken_link_is_refused(desk: Any, path: str) -> None:
    row = desk.ask("approve", "SV-1")
    token = desk.decide_link(row, "SV-1").rsplit("/", 1)[1]
    swapped = token[:-3] + ("AAA" if not token.endswith("AAA") else "BBB")
    tokens = [swapped, "x", "%00", "a" * 4000] + ([token] if path == "/a/" else [])
    for broken in tokens:
        response = get(f"{desk.url}{path}{broken}")
        assert response.status_code == 403
        assert heading(response) == "This link is not complete or not genuine"


def test_a_closed_incident_asks_nothing_more(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    desk.change(state="closed", closed_at=desk.clock.now())
    before = desk.row_counts()
    for link in (desk.ack_link("ERT-5"), desk.decide_link(row, "SV-1")):
        for response in (get(link), post(link, answer="take"), post(link, answer="approve")):
            assert response.status_code in (410, 422)
    response = get(desk.ack_link("ERT-5"))
    assert (response.status_code, heading(response)) == (410, "INC-0001 is closed")
    assert post(desk.decide_link(row, "SV-1"), answer="approve").status_code == 410
    assert desk.row_counts() == before


@pytest.mark.parametrize("form", [{}, {"answer": "perhaps"}, {"answer": "refuse", "note": " \n "}])
def test_a_form_that_is_not_complete_comes_back_and_records_nothing(
    desk: Any, form: dict[str, str]
) -> None:
    row = desk.ask("approve", "SV-1")
    link, before = desk.decide_link(row, "SV-1"), desk.row_counts()
    response = post(link, **form)
    assert response.status_code == 422
    assert page_of(response.text, link).questions[0].options == ("approve", "refuse")
    assert desk.row_counts() == before


def test_words_that_are_too_long_come_back_whole(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    words = "Wrong lines. <b>" * 200
    response = post(desk.decide_link(row, "SV-1"), answer="refuse", note=words)
    assert response.status_code == 422
    assert "3,200 letters; 2,000 fit" in response.text
    assert "Wrong lines. &lt;b&gt;" * 200 in response.text


def test_a_body_of_several_megabytes_is_refused(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    response = post(desk.decide_link(row, "SV-1"), answer="refuse", note="x" * 5_000_000)
    assert response.status_code == 413
    assert desk.question(row).state == "open"


def test_an_own_i_cant_after_taking_it_does_not_unseat_the_lead(desk: Any) -> None:
    link = desk.ack_link("ERT-5")
    post(link, answer="take")
    before = desk.row_counts()
    assert heading(post(link, answer="cannot")) == "Thank you. You have it"
    assert desk.row_counts() == before


def test_pages_carry_what_keeps_them_private_and_load_nothing_else(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    for link in (desk.ack_link("ERT-5"), desk.decide_link(row, "SV-1")):
        response = get(link)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "<script" not in response.text
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', response.text)
        assert len(response.content) < 40_000
    draft = get(f"{desk.decide_link(row, 'SV-1')}/draft")
    assert draft.headers["Content-Security-Policy"].startswith("sandbox;")


def test_the_sandboxs_people_read_the_question_from_the_page(desk: Any) -> None:
    row = desk.ask("ticket", "SV-1")
    link = desk.decide_link(row, "SV-1")
    question = page_of(get(link).text, link).questions[0]
    assert (question.kind, question.question_id) == ("ticket", str(row.id))
    assert (question.options, question.blanks) == (("given", "none"), ("note",))


def test_while_the_journal_is_away_the_person_is_told_that_nothing_was_decided(desk: Any) -> None:
    row = desk.ask("approve", "SV-1")
    link = desk.decide_link(row, "SV-1")
    desk.break_journal()
    for response in (get(link), post(link, answer="approve")):
        assert response.status_code == 503
        assert "Nothing has been decided" in response.text
        assert response.headers["Content-Type"].startswith("text/html")
    desk.mend_journal()
    assert post(link, answer="approve").status_code == 200
    assert desk.question(row).answer == "approve"
