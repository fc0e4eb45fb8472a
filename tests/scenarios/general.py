"""What the stories of the general plan have in common: who leads, how it is reported."""

from __future__ import annotations

from typing import Any

from kitart.alerts.general import Seen, open_general
from kitart.journal import approvals

ERT = [f"ERT-{n}" for n in range(1, 6)]
WORDS = {"note": "A flood at the training centre; no supplier is involved"}
NOT_YET = {"answers": {"ack": "leave"}}
WAITS = {"over": "leave", "bring-in": "leave"}
LEADS = {
    "answers": WAITS | {"ack": "take", "priority": "P2", "nature": "other", "can-solve": "solving"},
    "fills": WORDS,
}
PEOPLE = {
    "default": {
        "delay_s": 0,
        "answers": {"ack": "take", "client-told": "told", "data-protection": "no"},
        "fills": {"note": "The duty desk, by phone at once"},
    },
    **dict.fromkeys(ERT, LEADS),
}


def reported(story, **more: Any) -> str:
    """Somebody reports it by the command line: the journal has it, the gateway sees it there."""
    report = Seen(
        seen=more.pop("seen", "Water comes through the ceiling"),
        reported_by="supervisor",
        **({"projects": ("ALPHA",), "customer_care": "yes"} | more),
    )
    with story.inst.journal.write() as session:
        opened = open_general(session, story.plan, report, now=story.clock.now())
        return opened.incident.number


def begun(story, **more: Any) -> None:
    assert reported(story, **more) == "INC-0001"
    story.eventually(lambda: story.entries("run began"), "the run")
    story.eventually(lambda: story.acks("ert"), "the ERT's answer")
    story.settle(quiet_s=0.8)


def question(story, kind: str) -> Any:
    with story.inst.journal.read() as session:
        rows = [q for q in approvals.of_incident(session, "INC-0001") if q.kind == kind]
    return rows[-1] if rows else None


def press(story, person: str, kind: str, answer: str, note: str = "") -> None:
    """Press a button of the newest question of a kind, behind the link in the person's SMS."""
    story.eventually(lambda: question(story, kind), f"the question {kind}")
    title = question(story, kind).translations["hu"]["title"]
    story.eventually(lambda: any(title in t for t in story.texts_to(person)), f"the SMS: {title}")
    assert story.press(person, title, answer, note).status_code == 200
    story.settle(quiet_s=0.8)
