"""Taking a reply by SMS as an answer, by the same way as a link's (R8, A14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway import (
    acknowledging,
    deciding,
    hearing_agents,
    outcomes,
    replying_agents,
    stop_word,
)
from kitart.gateway.hearing import Heard, as_kept, hear, owners_of
from kitart.gateway.house import House
from kitart.gateway.visits import SMS, Refused, visitor_of
from kitart.journal import approvals, replies, timeline
from kitart.language import Phrase, in_language, listed, phrase, spoken
from kitart.messaging.links import Link
from kitart.plan.roles import role_name
from kitart.plan.schema import Agent

ABOUT = "replies"
"""What keeping a reply is about, beside the incident in whose record it leaves something: hundreds
may come in a minute, and no run has to wake for those of other incidents."""
QUOTED = 300
OPEN_THE_LINK = phrase("This can't be answered by SMS. Please open the link in the message.")


def reply(place: House, sid: str, sender: str, body: str) -> str:
    """Take a reply once and return what to say to it, "" for nothing.

    What it answers is settled when it comes, so that a repeat never answers something else.
    """
    if (stopped := stop_word.by_sms(place, sid, sender, body)) is not None:
        return stopped
    owners = owners_of(place, sender)
    if not owners and (agents := hearing_agents.owners_of(place, sender)):
        return _reply_to_agent(place, sid, sender, body, agents)
    with place.inst.journal.write(about=ABOUT) as session:
        kept = replies.with_sid(session, sid)
        if kept is None:
            heard = hear(place, session, sender, body, owners)
            kept = replies.keep(
                session, sid, sender, body, reading=heard.kept(),
                person=heard.person.id if heard.person else None, incident=heard.incident,
                now=place.inst.clock.now(),
            )  # fmt: skip
    if kept.outcome != replies.RECEIVED:
        return kept.said
    heard = as_kept(kept, owners)
    if heard.link is not None:
        heard = _answered(place, heard, heard.link)
    with place.inst.journal.write(about=ABOUT) as session:
        if replies.finish(session, sid, heard.outcome, heard.said):
            _record(place, session, heard, body)
    return heard.said


def _reply_to_agent(place: House, sid: str, sender: str, body: str, agents: list[Agent]) -> str:
    """As ``reply``, for the number of an agent at home (R17)."""
    agent, now = agents[0], place.inst.clock.now()
    language = hearing_agents.language_of(agent)
    with place.inst.journal.write(about=ABOUT) as session:
        kept = replies.with_sid(session, sid)
        if kept is None:
            meant = (
                hearing_agents.hear(session, agent, body, now)
                if len(agents) == 1
                else hearing_agents.shared(agent)
            )
            kept = replies.keep(
                session, sid, sender, body, person=agent.id, incident=meant.incident,
                reading=meant.kept(), now=now,
            )  # fmt: skip
    if kept.outcome != replies.RECEIVED:
        return kept.said
    outcome, said = replying_agents.act(place, agent, sid, kept.reading, language)
    with place.inst.journal.write(about=ABOUT) as session:
        if replies.finish(session, sid, outcome, said):
            replying_agents.record(session, agent.id, kept.incident, outcome, body, now)
    return said


def _answered(place: House, heard: Heard, link: Link) -> Heard:
    """Take the answer by the same way as a link's, and say what the record says then."""
    assert heard.person is not None
    try:
        if link.purpose == "ack":
            outcome, said = _acknowledge(place, link, heard.number)
        else:
            outcome, said = _decide(place, link, heard.number)
    except Refused as refused:
        outcome, said = "refused", listed([refused.title, refused.what_helps], ". ")
    language = spoken(heard.person.language)
    return replace(heard, outcome=outcome, said=in_language(said, language))


def _acknowledge(place: House, link: Link, number: int) -> tuple[str, Phrase]:
    incident, _, step = link.subject.partition("/")
    options = acknowledging.OPTIONS[step.partition(":")[0]]
    if number > len(options):
        return "not understood", _numbers_are([o["label"] for o in options])
    acknowledging.answer(place, link, options[number - 1]["value"], via=SMS)
    visitor = visitor_of(place.inst.plan_of(incident), link.person, place.inst.clock.now())
    with place.inst.journal.read() as session:
        return "recorded", outcomes.of_ack(session, link, visitor)


def _decide(place: House, link: Link, number: int) -> tuple[str, Phrase]:
    with place.inst.journal.read() as session:
        row = approvals.get(session, int(link.subject))
    assert row is not None
    if number > len(row.options):
        return "not understood", _numbers_are(
            [approvals.label(row, o["value"]) for o in row.options]
        )
    option: dict[str, Any] = row.options[number - 1]
    # What a client gets is read before it goes out, and words are written on the page.
    if row.state == "open" and (row.kind == "approve" or option.get("note") == "required"):
        return "link needed", OPEN_THE_LINK
    if fault := deciding.take(place, link, option["value"], "", via=SMS):
        return "not understood", Phrase(fault[1])
    visitor = visitor_of(place.inst.plan_of(row.incident), link.person, place.inst.clock.now())
    with place.inst.journal.read() as session:
        row = approvals.get(session, int(link.subject))
        assert row is not None
        return "recorded", outcomes.of_question(row, link, visitor)


def _numbers_are(labels: list[str]) -> Phrase:
    numbered = [phrase("{n} = {answer}", n=n, answer=label) for n, label in enumerate(labels, 1)]
    return phrase("That is not one of the numbers: {answers}", answers=listed(numbered))


def _record(place: House, session: Session, heard: Heard, body: str) -> None:
    """What was not taken as an answer is in the incident's record too, in the person's words."""
    if heard.incident is None or heard.person is None or heard.outcome == "recorded":
        return
    role = role_name(heard.person.kind)
    timeline.append(
        session, heard.incident, "sms not counted",
        f"The {role} wrote by SMS: {body[:QUOTED]!r}; no answer was recorded: {heard.outcome}",
        now=place.inst.clock.now(), author=role, source="person",
        data={"person": heard.person.id, "role": heard.person.kind, "via": SMS,
              "outcome": heard.outcome},
    )  # fmt: skip
