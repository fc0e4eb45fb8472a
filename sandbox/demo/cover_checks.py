"""The verdict on agents who could not work, from what can be seen outside Kitart alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from kitart.plan.schema import Client, Plan
from sandbox.demo.call_checks import RealCalls, judge_calls
from sandbox.demo.checks import (
    Check,
    Posted,
    ert_answered,
    filed,
    first_page,
    mails_of,
    names_no_other,
    pdfs_beside,
    register_closed,
    runs_completed,
    span,
    told_in_time,
)
from sandbox.demo.outside import Outside
from sandbox.demo.scenario import NOBODY, VOICEMAIL, Cover, Scenario
from sandbox.vcc_state import READY_STATES

AGENT_CODE = re.compile(r"\bAG-\d+")


def judge_cover(
    plan: Plan,
    scenario: Scenario,
    began: datetime,
    posted: Posted,
    seen: Outside,
    *,
    crashes: int = 0,
    pdfs: bool = True,
    calls: RealCalls | None = None,
) -> list[Check]:
    """Every check of a scenario with ``cover``, in the order of the story.

    ``began`` is the story's beginning on the plan's clock; ``pdfs`` says whether this machine can
    make PDFs at all; so many runs were killed on purpose; ``calls`` are those of a real phone
    system, where the story was played on one.
    """
    assert scenario.cover is not None, "a scenario of agents who can't work says what comes of it"
    cover = scenario.cover
    touched = dict.fromkeys(project.client for project in scenario.projects(plan))
    clients = [plan.client(client) for client in touched]
    limit = plan.limits.first_notice
    return [
        first_page(plan, posted, seen),
        _heard(plan, scenario, seen),
        ert_answered(plan, posted, seen),
        *(_called_in(plan, agent, seen) for agent in cover.called_in),
        *_crisis_team(plan, cover, began, seen),
        *(_voicemail(plan, scenario, seen, calls) if _switched(scenario) else ()),
        _callers(plan, scenario, seen),
        _own_agents(scenario, seen),
        *(check for client in clients for check in told_in_time(client, posted, seen, limit)),
        names_no_other(plan, clients, seen),
        _names_no_agent(clients, seen),
        filed(clients, seen),
        pdfs_beside(clients, seen, pdfs),
        register_closed(seen),
        *runs_completed(crashes, seen, ()),
    ]


def _phone(plan: Plan, agent: str) -> str:
    return next(c.address for c in plan.agent(agent).channels if c.kind == "sms")


def _heard(plan: Plan, scenario: Scenario, seen: Outside) -> Check:
    """Who wrote "out" read at once that it is recorded."""
    wrote = [
        _phone(plan, agent) for event in scenario.events if event.do == "sms"
        for agent in event.agents
    ]  # fmt: skip
    unheard = [report for report in seen.reports if not report.said]
    return Check(
        "Each agent's message was answered at once",
        len(seen.reports) >= len(wrote) and not unheard,
        f"{len(seen.reports) - len(unheard)} of {len(wrote)} messages",
    )


def _called_in(plan: Plan, agent: str, seen: Outside) -> Check:
    """Called by message, said yes, and live in time as the phone system says (R20, R21)."""
    limit = timedelta(minutes=plan.limits.backup_start)
    what = f"{agent} was called in and live within {limit.total_seconds() / 60:.0f} minutes"
    texts = sorted(sms.at for sms in seen.sms if sms.to == _phone(plan, agent))
    yes = [d.at for d in seen.deeds if (d.person, d.kind, d.answer, d.outcome)
           == (agent, "cover", "yes", "answered")]  # fmt: skip
    if not texts or not yes:
        return Check(what, False, "no message reached them" if not texts else "no yes")
    came = [p.at for p in seen.presence
            if p.agent == agent and p.state in READY_STATES and p.at >= yes[0]]  # fmt: skip
    if not came:
        return Check(what, False, "never logged in")
    took = came[0] - texts[0]
    return Check(what, took <= limit, f"after {span(took)}")


def _crisis_team(plan: Plan, cover: Cover, began: datetime, seen: Outside) -> Iterator[Check]:
    """Nobody of the team is disturbed before level 3; then one is reached (R31, R37, A15)."""
    team = [p for p in plan.people if p.kind.startswith("cmt")]
    numbers = {c.address for person in team for c in person.channels if c.kind == "sms"}
    texts = sorted(sms.at for sms in seen.sms if sms.to in numbers)
    if cover.crisis_team_after is None:
        yield Check("The crisis team was left in peace", not texts, f"{len(texts)} messages")
        return
    since = began + timedelta(minutes=cover.crisis_team_after)
    codes = {person.id for person in team}
    reached = sorted(
        deed.at for deed in seen.deeds if deed.person in codes
        and (deed.kind, deed.answer, deed.outcome) == ("ack", "take", "answered")
    )  # fmt: skip
    limit = timedelta(minutes=2 * plan.limits.cmt_contact)
    early = bool(texts) and texts[0] < since
    took = reached[0] - texts[0] if reached and texts else None
    yield Check(
        "The crisis team was contacted when cover came to level 3 or 4, and not before",
        took is not None and took <= limit and not early,
        "before its time" if early else f"answered after {span(took)}",
    )
    if cover.strategy:
        said = [d.person for d in seen.deeds if d.kind == "strategy" and d.outcome == "answered"]
        yield Check("It gave its strategy of recovery", len(said) == 1, ", ".join(said) or "none")


def _switched(scenario: Scenario) -> set[str]:
    """The lines on which a caller should meet voicemail."""
    return {event.line for event in scenario.events if VOICEMAIL in event.meets}


def _voicemail(
    plan: Plan, scenario: Scenario, seen: Outside, calls: RealCalls | None
) -> Iterator[Check]:
    """Decided by the account managers, switched, heard, listened to, called back (R38, E45)."""
    lines = _switched(scenario)
    projects = {plan.line(line).project for line in lines}
    managers = {plan.project(project).account_manager for project in projects}
    said = {
        kind: [d.person for d in seen.deeds if d.kind == kind and d.outcome == "answered"]
        for kind in ("voicemail", "voicemail-on", "voicemail-test", "voicemail-box",
                     "voicemail-off", "voicemail-end", "callbacks")
    }  # fmt: skip
    yield Check(
        "The account managers decided on voicemail, and on its end",
        managers <= set(said["voicemail"]) and managers <= set(said["voicemail-off"]),
        f"on by {_codes(said['voicemail'])}; off by {_codes(said['voicemail-off'])}",
    )
    if calls is None:
        yield Check(
            "It was switched, and each line heard by a person who called it",
            bool(said["voicemail-on"]) and len(said["voicemail-test"]) >= len(lines),
            f"switched by {_codes(said['voicemail-on'])}; {len(said['voicemail-test'])} test calls",
        )
    else:
        yield from judge_calls(plan, lines, calls, seen)
    took = {plan.person(code).kind for code in said["voicemail-box"]}
    yield Check(
        "A supervisor listened to the box, and all callers were called back",
        took == {"supervisor"} and bool(said["callbacks"]),
        f"{_codes(said['voicemail-box'])}; {len(said['callbacks'])} × called back",
    )
    numbers = {plan.line(line).number: line for line in lines}
    left = {numbers.get(number, number) for number in seen.messages_left}
    yield Check(
        "Messages were left on the switched lines, and on no other", left == lines,
        ", ".join(sorted(left)) or "no message",
    )  # fmt: skip


def _codes(people: list[str]) -> str:
    return ", ".join(sorted(set(people))) or "nobody"


def _callers(plan: Plan, scenario: Scenario, seen: Outside) -> Check:
    """Each caller met whom the plan promises: an agent of the language, cover, or voicemail."""
    dialled = sorted(
        (event for event in scenario.events if event.do == "call"),
        key=lambda event: event.at_minutes,
    )
    wrong = [] if len(dialled) == len(seen.callers) else ["calls are missing"]
    for event, caller in zip(dialled, seen.callers, strict=False):
        if caller.line != plan.line(event.line).number or (caller.met or NOBODY) not in event.meets:
            wrong.append(f"{event.line} at minute {event.at_minutes:g}: {caller.met or NOBODY}")
    pairs = zip(dialled, seen.callers, strict=False)
    met = ", ".join(f"{event.line}: {caller.met or NOBODY}" for event, caller in pairs)
    return Check(
        "Each caller met an agent or voicemail, as the plan promises", bool(met) and not wrong,
        "; ".join(wrong) or met,
    )  # fmt: skip


def _own_agents(scenario: Scenario, seen: Outside) -> Check:
    """In the end the usual agents are there again, as the phone system says."""
    last = {one.agent: one.state for one in seen.presence}
    gone = [agent for agent in scenario.out if last.get(agent) not in READY_STATES]
    return Check(
        "The agents who were out are at the phone system again", bool(scenario.out) and not gone,
        f"missing: {', '.join(gone)}" if gone else f"{len(scenario.out)} agents",
    )  # fmt: skip


def _names_no_agent(clients: list[Client], seen: Outside) -> Check:
    mails = [mail for client in clients for mail in mails_of(client, seen)]
    named = [
        f"{mail.subject!r} has {found[0]}" for mail in mails
        if (found := AGENT_CODE.search(f"{mail.subject} {mail.content}"))
    ]  # fmt: skip
    return Check(
        "No client's mails have an agent's code", bool(mails) and not named,
        "; ".join(named[:3]) or f"{len(mails)} mails looked at",
    )  # fmt: skip
