"""The demo's verdict on agents who could not work: what it must not overlook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kitart.plan.loading import load_plan
from kitart.plan.schema import Client
from kitart.settings import HOUSE
from sandbox.demo import scenario
from sandbox.demo.checks import Posted
from sandbox.demo.cover_checks import judge_cover
from sandbox.demo.outside import Caller, Deed, Mail, Outside, Presence, Report, Sms
from tests.integration.demo.test_judging_from_outside import pdf, subject

START = datetime(2026, 11, 22, 2, 40, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
STORMS = ["workplace", "blackout"]
TITLES = ("First notification", "Status update {number}", "Recovery notice", "Closing report")
ANSWERED = ("voicemail", "voicemail-on", "voicemail-off", "voicemail-end")


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def phone(code: str) -> str:
    channels = PLAN.agent(code).channels if code.startswith("AG-") else PLAN.person(code).channels
    return next(c.address for c in channels if c.kind == "sms")


def mails_to(client: Client) -> list[Mail]:
    addresses = [c.address for p in client.contacts for c in p.channels if c.kind == "mail"]
    return [
        Mail((address,), subject(client.id, title), f"{title} {client.name}", after(5 + place),
             attachments={"report.pdf": pdf(f"{title} {client.name}")})
        for place, title in enumerate(TITLES)
        for address in addresses
    ]  # fmt: skip


def a_good_end(name: str) -> Outside:
    """What is seen from outside when everything went well in a scenario."""
    story = scenario.load(name)
    assert story.cover is not None
    called_in, crisis_at = story.cover.called_in, story.cover.crisis_team_after or 0
    deeds = [
        Deed("ERT-1", "ack", "take", "answered", after(2)),
        Deed("CMT-LEAD", "ack", "take", "answered", after(crisis_at + 2)),
        *(Deed(code, "cover", "yes", "answered", after(4)) for code in called_in),
    ]
    dialled = [event for event in story.events if event.do == "call"]
    switched = {event.line for event in dialled if "voicemail" in event.meets}
    if switched:
        said = {"AM-1": ANSWERED, "AM-2": ANSWERED, "SV-3": ("voicemail-box", "callbacks"),
                "CMT-LEAD": ("strategy",)}  # fmt: skip
        deeds += [
            Deed(who, kind, "yes", "answered", after(9)) for who in said for kind in said[who]
        ]
        deeds += [Deed("VCC-ADMIN", "voicemail-test", "heard", "answered", after(9))] * 3
    projects = dict.fromkeys(project.client for project in story.projects(PLAN))
    mails = [mail for code in projects for mail in mails_to(PLAN.client(code))]
    wrote = [a for event in story.events if event.do == "sms" for a in event.agents]
    return Outside(
        sms=[
            Sms(phone("ERT-1"), "INC-0001", START, START + timedelta(milliseconds=90)),
            Sms(phone("CMT-LEAD"), "INC-0001", after(crisis_at), after(crisis_at)),
            *(Sms(phone(code), "Backup needed", after(3), after(3)) for code in called_in),
        ],
        mails=mails,
        files={f"{mail.content}.html": mail.content.encode() for mail in mails}
        | {f"{mail.content}.pdf": pdf(mail.content) for mail in mails},
        register=[{"Title": "INC-0001", "State": "closed"}],
        deeds=deeds,
        flow_runs=[{"name": "INC-0001", "state_name": "Completed", "state_type": "COMPLETED"}],
        failed_tasks=[],
        calls={"answered": 3, "lost": 0},
        callers=[
            Caller(PLAN.line(e.line).number, None if "nobody" in e.meets else e.meets[0], START)
            for e in sorted(dialled, key=lambda event: event.at_minutes)
        ],
        messages_left=[PLAN.line(line).number for line in switched],
        presence=[
            *(Presence(code, None, START) for code in story.out),
            *(Presence(code, "AVAILABLE4CALL", after(9)) for code in (*called_in, *story.out)),
        ],
        reports=[Report(phone(code), "OUT", "Recorded") for code in wrote],
    )


def failed(name: str, seen: Outside) -> list[str]:
    checks = judge_cover(PLAN, scenario.load(name), START, Posted(START, START), seen)
    return [check.what for check in checks if not check.ok]


@pytest.mark.parametrize("name", STORMS)
def test_a_storm_that_was_got_through_passes_every_check(name: str) -> None:
    assert failed(name, a_good_end(name)) == []


@pytest.mark.covers("R21")
def test_a_backup_who_promised_and_never_logged_in_is_missed() -> None:
    seen = a_good_end("workplace")
    gone = [one for one in seen.presence if one.agent != "AG-060"]
    late = [replace(p, at=after(40)) if p.agent == "AG-060" else p for p in seen.presence]
    for presence in (gone, late):
        assert failed("workplace", replace(seen, presence=presence)) == [
            "AG-060 was called in and live within 30 minutes"
        ]


@pytest.mark.covers("R31")
def test_a_crisis_team_called_before_its_level_is_found() -> None:
    seen = a_good_end("workplace")
    early = Sms(phone("CMT-LEAD"), "INC-0001", after(6), after(6))
    assert failed("workplace", replace(seen, sms=[*seen.sms, early])) == [
        "The crisis team was contacted when cover came to level 3 or 4, and not before"
    ]


@pytest.mark.covers("D22", "D23")
def test_an_agent_s_code_in_a_client_s_mail_is_found() -> None:
    seen = a_good_end("blackout")
    mail = next(m for m in seen.mails if "Closing report" in m.content)
    leak = replace(mail, content=f"{mail.content} AG-045", attachments={"x": pdf("leak")})
    mails = [leak if each is mail else each for each in seen.mails]
    files = seen.files | {"leak.html": leak.content.encode(), "leak.pdf": pdf("leak")}
    assert failed("blackout", replace(seen, mails=mails, files=files)) == [
        "No client's mails have an agent's code"
    ]


@pytest.mark.covers("R38", "E45")
def test_a_caller_whom_the_plan_leaves_alone_is_found() -> None:
    seen = a_good_end("blackout")
    first, *others = seen.callers
    assert first.met == "voicemail"
    assert failed("blackout", replace(seen, callers=[replace(first, met=None), *others])) == [
        "Each caller met an agent or voicemail, as the plan promises"
    ]
    assert failed("blackout", replace(seen, callers=others))


@pytest.mark.covers("R38", "R39", "E45")
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("voicemail", "The account managers decided on voicemail, and on its end"),
        ("voicemail-off", "The account managers decided on voicemail, and on its end"),
        ("voicemail-test", "It was switched, and each line heard by a person who called it"),
        ("callbacks", "A supervisor listened to the box, and all callers were called back"),
        ("strategy", "It gave its strategy of recovery"),
    ],
)
def test_voicemail_without_one_of_its_steps_is_found(kind: str, what: str) -> None:
    seen = a_good_end("blackout")
    deeds = [deed for deed in seen.deeds if deed.kind != kind]
    assert failed("blackout", replace(seen, deeds=deeds)) == [what]


def test_a_message_on_a_line_that_nobody_ordered_is_found() -> None:
    seen = a_good_end("blackout")
    left = [*seen.messages_left, PLAN.line("line-21").number]
    assert failed("blackout", replace(seen, messages_left=left)) == [
        "Messages were left on the switched lines, and on no other"
    ]


def test_an_agent_who_wrote_and_read_nothing_back_is_found() -> None:
    seen = a_good_end("workplace")
    mute = [replace(report, said="") for report in seen.reports]
    assert failed("workplace", replace(seen, reports=mute)) == [
        "Each agent's message was answered at once"
    ]


def test_agents_who_never_came_back_are_named() -> None:
    seen = a_good_end("workplace")
    presence = [p for p in seen.presence if p.agent != "AG-023"]
    assert failed("workplace", replace(seen, presence=presence)) == [
        "The agents who were out are at the phone system again"
    ]
