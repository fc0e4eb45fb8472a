"""The escalation matrix as a document: every field of reports §9, from the plan alone (R50, D14).

A blank is no answer: what the plan does not say reads "not set" and stands among the findings.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kitart.language import in_language
from kitart.plan import whom
from kitart.plan.contact_list import Verified, last_verified
from kitart.plan.dependencies import share_a_failure, stands_on
from kitart.plan.roles import role_name
from kitart.plan.schema import Channel, Person, Plan
from kitart.reports.call_csv import plain
from kitart.reports.moments import number_text
from kitart.reports.paper.matrix_roles import CALLED
from kitart.reports.paper.steps import CHAIN
from kitart.reports.rendering import environment
from kitart.reports.terms import N_
from kitart.reports.wording import Wording

NOT_SET = N_("not set")
WAYS = {
    "sms": N_("SMS"),
    "voice": N_("phone call"),
    "mail": N_("mail"),
    "teams": N_("Teams"),
    "chat": N_("chat"),
}
FIELDS: dict[str, str] = {
    "role": N_("Role and scope"),
    "responsibility": N_("Responsibility"),
    "authority": N_("May decide alone"),
    "primary": N_("Person"),
    "deputy_1": N_("Deputy 1"),
    "deputy_2": N_("Deputy 2"),
    "channels": N_("Channels in order, last verified"),
    "availability": N_("Availability"),
    "on_call": N_("On-call rota"),
    "leave": N_("Leave"),
    "languages": N_("Languages"),
    "triggers": N_("Called when"),
    "acknowledge": N_("Acknowledge within"),
    "silence": N_("If nobody has it"),
    "kind": N_("Kind of escalation"),
    "must_know": N_("Must be told"),
    "may_know": N_("May be told"),
    "area": N_("Area"),
    "depends_on": N_("Depends on"),
    "confirmed": N_("Last confirmed by the person"),
}
"""The fields of a line in their order; version and date stand once, on the whole."""


@dataclass(frozen=True)
class Line:
    """One holder of a role: each field in words, and which of them the plan does not say."""

    code: str
    cells: dict[str, str]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Matrix:
    """The document; ``chain`` is situation, from whom to whom, limit."""

    company: str
    language: str
    version: str
    made: str
    lines: tuple[Line, ...]
    chain: tuple[tuple[str, str, str], ...]
    findings: tuple[tuple[str, str], ...]
    heads: dict[str, str]


def matrix(plan: Plan, language: str, *, made_at: datetime, verified: Verified) -> Matrix:
    """The matrix in a language; ``made_at`` is aware, ``verified`` what tests confirmed.

    Raises ``LookupError`` for a language that there is no catalogue of.
    """
    words = Wording(plan.company.time_zone, language)
    lines = tuple(line(plan, person, words, verified) for person in plan.people)
    return Matrix(
        company=plan.company.name,
        language=language,
        version=plan.version,
        made=words.moment(made_at),
        lines=lines,
        chain=chain(plan, words),
        findings=_findings(plan, lines, words, made_at, verified),
        heads={name: words.say(head) for name, head in FIELDS.items()},
    )


def limits_in_words(plan: Plan, language: str) -> dict[str, Any]:
    """The plan's limits by name, and those that people read in hours."""
    limits, first = plan.limits, plan.limits.rto_warning_shares
    warned = first[0] if first else 1.0
    return limits.model_dump() | {
        "rto_4_h": number_text(limits.rto[4] / 60, language),
        "rto_warned": number_text(limits.rto[1] * warned, language),
        "rto_4_warned_h": number_text(limits.rto[4] * warned / 60, language),
    }


def chain(plan: Plan, words: Wording) -> tuple[tuple[str, str, str], ...]:
    """The default chain with this plan's limits: the same in every plan (reports §9)."""
    limits = limits_in_words(plan, words.language)
    return tuple((words.say(c.when), words.say(c.who), words.say(c.limit, **limits)) for c in CHAIN)


def called(plan: Plan, kind: str, words: Wording) -> dict[str, str]:
    """When a kind of role is called, how fast it answers, and what follows if it does not."""
    limits, of_kind = limits_in_words(plan, words.language), CALLED[kind]
    return {
        name: words.say(getattr(of_kind, name), **limits)
        for name in ("triggers", "acknowledge", "silence", "kind", "must_know", "may_know")
    }


def deputies(plan: Plan, person: Person) -> tuple[str, str]:
    """The first and second deputy, empty where the plan names none.

    The second is who comes next when nobody answers: for an account manager by the projects, else
    the deputy's own.
    """
    if person.kind == "account_manager":
        named = [code for code in whom.stand_ins(plan, person.id) if code != person.id]
    else:
        own = [person.deputy] if person.deputy else []
        named = own + [
            other.deputy for other in plan.people
            if person.deputy and other.id == person.deputy and other.deputy
        ]  # fmt: skip
        named = [code for code in dict.fromkeys(named) if code != person.id]
    first, second, *_ = (*named, "", "")
    return first, second


def scope(plan: Plan, person: Person, words: Wording) -> str:
    """For which projects, or for whom: what tells two holders of one kind of role apart."""
    of = {
        "account_manager": [p.id for p in plan.projects if p.account_manager == person.id],
        "supervisor": [p.id for p in plan.projects if person.id in p.supervisors],
    }
    if person.kind in of:
        mine = of[person.kind]
        if mine:
            return words.say("projects: {codes}", codes=", ".join(mine))
    elif person.kind == "ert" or plan.people_of_kind(person.kind)[0].id == person.id:
        return words.say("all projects")
    stands_for = [other.id for other in plan.people if other.deputy == person.id]
    if person.kind == "cmt" or not stands_for:
        return words.say("all projects") if person.kind == "cmt" else ""
    return words.say("deputy of {codes}", codes=", ".join(stands_for))


def line(plan: Plan, person: Person, words: Wording, verified: Verified) -> Line:
    """One holder of a role, each field in words."""
    role = in_language(role_name(person.kind), words.language)
    first, second = deputies(plan, person)
    confirmed = max(
        (
            at.date()
            for c in person.channels
            if (at := verified.get((person.id, c.kind, c.address)))
        ),
        default=None,
    )
    found = {
        "role": ", ".join(part for part in (role, scope(plan, person, words)) if part),
        "responsibility": person.responsibility,
        "authority": person.authority,
        "primary": person.id,
        "deputy_1": first,
        "deputy_2": second,
        "channels": "; ".join(_channels(plan, person, words, verified)),
        "availability": f"{', '.join(person.hours)} ({person.time_zone})",
        "on_call": _on_call(plan, person, words),
        "leave": ", ".join(f"{each.first} – {each.last}" for each in person.leave)
        or words.say("none"),
        "languages": words.language_name(person.language),
        **called(plan, person.kind, words),
        "area": person.area,
        "depends_on": ", ".join(
            sorted(set().union(*(stands_on(plan, each) for each in person.channels)))
        ),
        "confirmed": confirmed.isoformat() if confirmed else "",
    }
    cells = {name: found[name] or words.say(NOT_SET) for name in FIELDS}
    return Line(person.id, cells, tuple(name for name in FIELDS if not found[name]))


def _channels(plan: Plan, person: Person, words: Wording, verified: Verified) -> list[str]:
    return [
        f"{place}. {words.term(WAYS[each.kind])} {each.address} "
        f"({_day(last_verified(plan, person, each, verified), words)})"
        for place, each in enumerate(person.channels, start=1)
    ]


def _day(day: date | None, words: Wording) -> str:
    return day.isoformat() if day else words.say("unverified")


def _on_call(plan: Plan, person: Person, words: Wording) -> str:
    """When this person is asked first, and in which rota's order otherwise."""
    told = []
    for rota in plan.rotas:
        if person.id not in rota.members:
            continue
        first = [entry.hours for entry in rota.entries if entry.first == person.id]
        place = words.say("number {n} of {rota}", n=rota.members.index(person.id) + 1, rota=rota.id)
        told.append(
            words.say("{place}; first: {hours} ({zone})", place=place, hours=", ".join(first),
                      zone=rota.time_zone)
            if first else place
        )  # fmt: skip
    return "; ".join(told) or words.say("none: by the hours of availability")


def _findings(
    plan: Plan, lines: tuple[Line, ...], words: Wording, now: datetime, verified: Verified
) -> tuple[tuple[str, str], ...]:
    """Whom it concerns and what is missing or doubtful there, in the order of the lines."""
    found: list[tuple[str, str]] = [
        (
            words.say("the plan"),
            words.say("valid from / to: not set; it holds until a newer version"),
        )
    ]
    areas = {person.id: person.area for person in plan.people}
    for each_line, person in zip(lines, plan.people, strict=True):
        say = [
            words.say("{field}: not set", field=words.say(FIELDS[name]))
            for name in each_line.missing
        ]
        if person.deputy and areas.get(person.deputy) == person.area:
            say.append(words.say("deputy {code} is in the same area", code=person.deputy))
        say += [
            text
            for channel in person.channels
            if (text := _doubt(plan, person, channel, words, now, verified))
        ]
        if share_a_failure(plan, person.channels):
            say.append(words.say("no two channels that do not fail together"))
        found += [(person.id, "; ".join(say))] if say else []
    return tuple(found)


def _doubt(
    plan: Plan, person: Person, channel: Channel, words: Wording, now: datetime, verified: Verified
) -> str:
    """Why a channel is not to be relied on; empty when it was verified lately."""
    day, days = last_verified(plan, person, channel, verified), plan.limits.verified_days
    name = words.term(WAYS[channel.kind])
    if day is None:
        return words.say("{channel}: unverified", channel=name)
    if (now.date() - day).days > days:
        return words.say("{channel}: verified more than {days} days ago", channel=name, days=days)
    return ""


def as_html(view: Matrix, templates_dir: Path) -> str:
    """The matrix as one page without anything from outside."""
    template = environment(templates_dir / "reports", view.language).get_template(
        "escalation_matrix.html"
    )
    return template.render(view=view)


def as_csv(view: Matrix) -> str:
    """One line a holder, for a spreadsheet; no cell may become a formula."""
    made = io.StringIO()
    # Excel takes a file for UTF-8 by this mark alone.
    made.write("\ufeff")
    writer = csv.writer(made, lineterminator="\r\n")
    words = Wording("UTC", view.language)
    writer.writerow([*view.heads.values(), words.say("Version"), words.say("Made at")])
    for line in view.lines:
        writer.writerow([plain(cell) for cell in (*line.cells.values(), view.version, view.made)])
    return made.getvalue()


def as_json(view: Matrix) -> str:
    """The same as data: lines by field, chain and findings."""
    body = {
        "company": view.company,
        "language": view.language,
        "version": view.version,
        "made": view.made,
        "lines": [line.cells | {"not_set": list(line.missing)} for line in view.lines],
        "chain": [dict(zip(("when", "who", "limit"), row, strict=True)) for row in view.chain],
        "findings": [{"about": about, "what": what} for about, what in view.findings],
    }
    return json.dumps(body, ensure_ascii=False, indent=2)
