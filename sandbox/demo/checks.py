"""The verdict on a played outage, from what can be seen outside Kitart alone."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitart.language import words
from kitart.messaging.texts import PURPOSES, render_message
from kitart.plan.people import Person
from kitart.plan.schema import Client, Plan
from sandbox.demo.outside import Mail, Outside

FIRST = ("First notification", "Notice of a past disturbance")
LATER = {
    "Status update": "Status update {number}",
    "Recovery notice": "Recovery notice",
    "Closing report": "Closing report",
}
"""What follows the first: what the checks call it, and its title."""
FIRST_PAGE_LIMIT_S = 2.0
FILING = ("file the documents", "update the register")
"""The steps that fail, honestly, while SharePoint is away, and are done again."""


@dataclass(frozen=True)
class Check:
    """One thing that must hold, whether it does, and what was seen."""

    what: str
    ok: bool
    seen: str


@dataclass(frozen=True)
class Posted:
    """When the alert was sent: on the plan's clock, and really. ``sharepoint_away`` is the span
    on the plan's clock in which SharePoint was taken away, if it was."""

    at: datetime
    real_at: datetime
    sharepoint_away: tuple[datetime, datetime] | None = None


def judge(
    plan: Plan,
    system: str,
    posted: Posted,
    seen: Outside,
    *,
    crashes: int = 0,
    pdfs: bool = True,
) -> list[Check]:
    """Every check, in the order of the story; so many runs of it were killed on purpose.

    ``pdfs`` says whether this machine can make PDFs at all.
    """
    touched = dict.fromkeys(project.client for project in plan.projects_affected_by(system))
    clients = [plan.client(client) for client in touched]
    return [
        first_page(plan, posted, seen),
        ert_answered(plan, posted, seen),
        *(
            check
            for client in clients
            for check in told_in_time(client, posted, seen, plan.limits.first_notice_p1)
        ),
        names_no_other(plan, clients, seen),
        filed(clients, seen),
        pdfs_beside(clients, seen, pdfs),
        register_closed(seen),
        *([_supplier(plan, system, seen)] if plan.system(system).supplier else []),
        *(_left_to_the_client(plan, system, seen) if plan.system(system).client else []),
        *([_callers(seen)] if plan.system(system).carries_calls else []),
        *(
            _waited_for_sharepoint(clients, posted.sharepoint_away, seen)
            if posted.sharepoint_away
            else []
        ),
        *runs_completed(crashes, seen, FILING if posted.sharepoint_away else ()),
    ]


def mails_of(client: Client, seen: Outside) -> list[Mail]:
    """The mails that arrived at a client's contacts, in their order."""
    addresses = {channel.address for contact in client.contacts for channel in contact.channels}
    return sorted((m for m in seen.mails if addresses & set(m.to)), key=lambda mail: mail.at)


def first_page(
    plan: Plan, posted: Posted, seen: Outside, within_s: float = FIRST_PAGE_LIMIT_S
) -> Check:
    """The alarm's first text to anybody of the ERT came within so many real seconds."""
    arrived = texts_to(plan.people_of_kind("ert"), seen)
    what = "The first text to the ERT came at once"
    if not arrived:
        return Check(what, False, "no text arrived on any ERT member's phone")
    took_s = (arrived[0] - posted.real_at).total_seconds()
    return Check(what, took_s <= within_s, f"{took_s * 1000:.0f} ms after the alert")


def ert_answered(plan: Plan, posted: Posted, seen: Outside) -> Check:
    """An ERT member said "I have it" in the plan's time."""
    limit = timedelta(minutes=plan.limits.ert_ack_in_hours)
    members = {person.id for person in plan.people_of_kind("ert")}
    answers = sorted(
        deed.at for deed in seen.deeds
        if (deed.kind, deed.answer, deed.outcome) == ("ack", "take", "answered")
        and deed.person in members
    )  # fmt: skip
    what = f"An ERT member had it within {limit.total_seconds() / 60:.0f} minutes"
    if not answers:
        return Check(what, False, "nobody took it")
    return Check(what, answers[0] - posted.at <= limit, f"after {span(answers[0] - posted.at)}")


def told_in_time(
    client: Client, posted: Posted, seen: Outside, first_notice: int
) -> Iterator[Check]:
    """A client had each report in its language, the first in ``first_notice`` minutes unless its
    contract says otherwise."""
    mails = mails_of(client, seen)
    limit = timedelta(minutes=client.report.first_notice_minutes or first_notice)
    first = [mail for mail in mails if _is(mail, client, *FIRST)]
    what = f"{client.id} had its first notification within {limit.total_seconds() / 60:.0f} minutes"
    took = first[0].at - posted.at if first else None
    yield Check(what, took is not None and took <= limit, f"after {span(took)}")
    kinds = {
        kind: len({mail.subject for mail in mails if _is(mail, client, title)})
        for kind, title in LATER.items()
    }
    missing = [kind for kind, count in kinds.items() if not count]
    twice = _twice(client, mails)
    wrong = [f"no {kind.lower()}" for kind in missing] + [f"twice: {each}" for each in twice]
    counted = ", ".join(f"{count} × {kind.lower()}" for kind, count in kinds.items())
    yield Check(
        f"{client.id} had updates, recovery notice and closing report, none twice",
        not wrong, "; ".join(wrong) or counted,
    )  # fmt: skip


def _twice(client: Client, mails: list[Mail]) -> list[str]:
    """What arrived more than once in one inbox: the same report, whatever its version."""
    subject = _in_its_language(client, "{incident} {title} (version {version}): {projects}")
    version = re.search(r" \(.*\)", subject)
    assert version is not None
    pattern = re.escape(version[0]).replace(re.escape("{version}"), r"\d+")
    arrived = Counter(
        (address, re.sub(pattern, "", mail.subject)) for mail in mails for address in mail.to
    )
    return [f"{subject} at {address}" for (address, subject), count in arrived.items() if count > 1]


def names_no_other(plan: Plan, clients: list[Client], seen: Outside) -> Check:
    """No mail to a client has a word of another one."""
    found = []
    for client in clients:
        others = [other for other in plan.clients if other.id != client.id]
        projects = [p.id for p in plan.projects if p.client != client.id]
        words = [other.name for other in others] + [other.id for other in others] + projects
        pattern = re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b")
        for mail in mails_of(client, seen):
            if match := pattern.search(f"{mail.subject} {mail.content}"):
                found.append(f"{client.id}'s {mail.subject!r} names {match[0]}")
    count = sum(len(mails_of(client, seen)) for client in clients)
    return Check(
        "No client's mails name another client", bool(count) and not found,
        "; ".join(found[:3]) or f"{count} mails looked at",
    )  # fmt: skip


def filed(clients: list[Client], seen: Outside) -> Check:
    """Each mail to a client lies in SharePoint as it was sent."""
    lying = {_checksum(content) for path, content in seen.files.items() if path.endswith(".html")}
    unfiled = sorted({
        mail.subject for client in clients for mail in mails_of(client, seen)
        if _checksum(mail.content.encode()) not in lying
    })  # fmt: skip
    return Check(
        "What was mailed lies in SharePoint, byte for byte", bool(lying) and not unfiled,
        f"not filed as sent: {'; '.join(unfiled[:3])}" if unfiled else f"{len(lying)} documents",
    )  # fmt: skip


def pdfs_beside(clients: list[Client], seen: Outside, wanted: bool) -> Check:
    """Each report's PDF lies beside its HTML and came with its mail, the same bytes in both."""
    pages = {path for path in seen.files if path.endswith(".html")}
    pdfs = {path: content for path, content in seen.files.items() if path.endswith(".pdf")}
    alone = sorted(path for path in pages if f"{path.removesuffix('.html')}.pdf" not in pdfs)
    filed = {_checksum(content) for content in pdfs.values()}
    reports = {_checksum(seen.files[path]) for path in pages}
    wrong = sorted({
        mail.subject for client in clients for mail in mails_of(client, seen)
        if _checksum(mail.content.encode()) in reports
        and ({_checksum(content) for content in mail.attachments.values()} & filed == set())
    })  # fmt: skip
    if not wanted:
        said = f"{len(pdfs)} PDFs" if pdfs else "WeasyPrint's libraries are missing here"
        return Check("Without Pango the reports are HTML alone", not pdfs, said)
    said = f"not with the mail as filed: {'; '.join(wrong[:3])}" if wrong else f"{len(pdfs)} PDFs"
    said = f"without a PDF: {'; '.join(alone[:3])}" if alone else said
    what = "Each report is a PDF too, in the mail as in SharePoint"
    return Check(what, bool(pdfs) and not alone and not wrong, said)


def register_closed(seen: Outside) -> Check:
    """SharePoint's register knows one incident, and it is closed."""
    rows = [f"{row.get('Title')}: {row.get('State')}" for row in seen.register]
    ok = len(rows) == 1 and seen.register[0].get("State") == "closed"
    return Check("The register has one row, closed", ok, ", ".join(rows) or "no row")


def mails_to_supplier(plan: Plan, code: str | None, seen: Outside) -> list[Mail]:
    """The mails that arrived at a supplier."""
    addresses = {channel.address for channel in plan.supplier(code or "").channels}
    return [mail for mail in seen.mails if addresses & set(mail.to)]


def answers_to(kind: str, seen: Outside) -> list[tuple[str, str]]:
    """Who answered a kind of question, and what, in their order."""
    return [(d.person, d.answer) for d in seen.deeds if (d.kind, d.outcome) == (kind, "answered")]


def texts_to(people: Iterable[Person], seen: Outside) -> list[datetime]:
    """When texts really arrived on the phones of these people, the first one first."""
    numbers = {c.address for person in people for c in person.channels if c.kind == "sms"}
    return sorted(sms.real_at for sms in seen.sms if sms.to in numbers)


def _supplier(plan: Plan, system: str, seen: Outside) -> Check:
    got = mails_to_supplier(plan, plan.system(system).supplier, seen)
    said = f"{got[0].subject}" if got else "no mail arrived"
    return Check("The supplier got one fault report", len(got) == 1, said)


def _left_to_the_client(plan: Plan, system: str, seen: Outside) -> Iterator[Check]:
    """What our side does while a client repairs its own system (R44, R46, E46)."""

    def said(kind: str) -> list[str]:
        return [answer for _, answer in answers_to(kind, seen)]

    found, calls = said("assessment"), said("client-contact")
    yield Check("A person found out what fails", found == ["fails"], ", ".join(found) or "nobody")
    yield Check(
        "The client was called until somebody had the report",
        calls[-1:] == ["has-it"] and set(calls[:-1]) <= {"no-answer"},
        ", ".join(calls) or "nobody called",
    )
    projects = plan.projects_affected_by(system)
    supervisors = [plan.person(code) for project in projects for code in project.supervisors]
    said_to = {
        c.address: _unchanging("manual-logging", p.language)
        for p in supervisors for c in p.channels if c.kind == "sms"
    }  # fmt: skip
    told = {sms.to for sms in seen.sms if sms.to in said_to and said_to[sms.to] in sms.body}
    yield Check(
        "Every supervisor was told to have calls logged by hand, and a person ended it",
        bool(said_to) and told == set(said_to) and said("manual-log-stop") == ["stop"],
        f"{len(told)} of {len(said_to)} told; ended: {', '.join(said('manual-log-stop')) or 'no'}",
    )
    works = said("works-again")
    yield Check("A person said that it works again", works[-1:] == ["works"], ", ".join(works))


def _callers(seen: Outside) -> Check:
    ok = seen.calls["answered"] > 0
    said = f"{seen.calls['answered']} calls answered after it, {seen.calls['lost']} lost before"
    return Check("Callers reach agents again after the recovery", ok, said)


def _waited_for_sharepoint(
    clients: list[Client], away: tuple[datetime, datetime], seen: Outside
) -> Iterator[Check]:
    """What went out while SharePoint was away: by the second route, and filed afterwards (E42)."""
    meanwhile = [
        mail for client in clients for mail in mails_of(client, seen)
        if away[0] <= mail.at <= away[1]
    ]  # fmt: skip
    relayed = [mail for mail in meanwhile if mail.by_relay]
    yield Check(
        "What went out meanwhile took the second route for mail",
        bool(meanwhile) and relayed == meanwhile,
        f"{len(relayed)} of {len(meanwhile)} mails",
    )
    waiting = {_checksum(mail.content.encode()) for mail in meanwhile}
    late = [
        path for path, content in seen.files.items()
        if _checksum(content) in waiting and seen.filed_at[path] >= away[1]
    ]  # fmt: skip
    yield Check(
        "It waited, and was filed when SharePoint was back",
        bool(waiting) and len(late) == len(waiting),
        f"{len(late)} of {len(waiting)} documents",
    )


def runs_completed(
    crashes: int, seen: Outside, may_fail: tuple[str, ...], joined: int = 0
) -> Iterator[Check]:
    """The plan's run came to its end, and no step failed but those that ``may_fail``; so many more
    may have ``joined`` it, found the incident driven and ended."""
    states = [run["state_name"] for run in seen.flow_runs]
    last = seen.flow_runs[-1] if seen.flow_runs else None
    ended = last is not None and last["state_type"] == "COMPLETED"
    wrong = [run for run in seen.flow_runs if run["state_type"] != "COMPLETED"]
    said = ", ".join(f"{run['name']}: {run['state_name']}" for run in seen.flow_runs) or "no run"
    yield Check(
        "The plan's run completed in Prefect" + (", after the crash" if crashes else ""),
        ended and len(wrong) <= crashes and 0 <= len(states) - 1 - crashes <= joined, said,
    )  # fmt: skip
    failed = [task for task in seen.failed_tasks if not task.startswith(may_fail)]
    yield Check("No step of it failed", not failed, "; ".join(failed[:3]) or "none failed")


def _is(mail: Mail, client: Client, *titles: str) -> bool:
    """Whether the subject has one of these titles, in the client's language."""
    said = [_in_its_language(client, title).replace("{number}", "").strip() for title in titles]
    return any(title in mail.subject for title in said)


def _in_its_language(client: Client, text: str) -> str:
    return words(client.report.language, "reports").gettext(text)


def _unchanging(purpose: str, language: str) -> str:
    """The longest stretch of a text message that is the same whatever its values are."""
    blank = "\0"
    values = dict.fromkeys(("number", *PURPOSES[purpose].needs), blank)
    return max(render_message(purpose, "sms", language, **values).body.split(blank), key=len)


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def span(length: timedelta | None) -> str:
    """A length as people read it; None is never."""
    if length is None:
        return "never"
    minutes, seconds = divmod(round(length.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s"
