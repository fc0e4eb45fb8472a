"""Account manager and deputy are in the same outage: others act, marked as such, until one is
back and confirms (E21, E22)."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)

SILENT = {"reads": False}


@pytest.mark.covers("E21", "E22", "A24", "R15")
@pytest.mark.begins(touching=("CHARLIE",), people={"AM-1": SILENT, "AM-2": SILENT})
def test_the_it_manager_is_told_and_the_ert_lead_decides_until_an_account_manager_is_back(
    story,
) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    for minute, person in ((0, "AM-2"), (5, "AM-1"), (10, "IT-MGR")):
        story.at(f"09:{minute:02}")
        story.eventually(
            lambda p=person: [e for e in story.entries("account manager told")
                              if e.data["person"] == p],
            f"{person} told at minute {minute}",
        )  # fmt: skip
    assert [a.person for a in story.acks("am:AM-2")] == ["IT-MGR"]
    # The divert can't wait: after five minutes each the ERT lead decides it, for another.
    ordered = story.eventually(lambda: story.entries("routing ordered"), "the order")[0]
    assert (ordered.occurred_at - story.start).total_seconds() == 10 * 60
    (decided,) = [e for e in story.entries("decided") if e.data["kind"] == "divert-order"]
    assert decided.data["acting_for"] == "account_manager"
    assert decided.data["person"] == story.acks("ert")[0].person
    assert decided.text.endswith("; acting for the account manager")
    assert not story.entries("decision confirmed")

    # The account manager is back: each such decision is put to them, and one is wanted otherwise.
    story.people({"answers": {"confirm-acting": "leave"}}, "AM-2")
    assert story.press("AM-2", "Érintett: CHARLIE", "take").status_code == 200
    story.eventually(
        lambda: [t for t in story.texts_to("AM-2") if "Ön helyett döntöttek" in t], "the question"
    )
    story.settle()
    words = "The client has its own notice"
    assert story.press("AM-2", "Ön helyett döntöttek", "otherwise", words).status_code == 200
    (entry,) = story.eventually(lambda: story.entries("decision questioned"), "the words")
    assert entry.data["note"] == words
    lead = story.acks("ert")[0].person
    story.eventually(lambda: any(words in t for t in story.texts_to(lead)), "the lead is told")
    assert story.entries("routing ordered"), "what was decided holds meanwhile"
