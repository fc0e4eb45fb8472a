"""The short texts that people receive: one template per purpose, channel and language (D16).

``PURPOSES`` documents the variables of each purpose. Beside them every text knows
``number`` ("INC-0142", needed), ``exercise`` (bool), ``link`` (its own last line, or left out),
``code`` (the person's code for this question: the line before it, or left out),
``replies`` (bool: whether an SMS may be answered by one), ``zone`` (name in the tz database;
aware datetimes among the values are shown in it, as "14:05 GMT" in an SMS or a call and with the
date in a mail) and ``now`` (when it is written: what is of another day and half a day or more
away then has its day in an SMS and a call as well). All other values are finished strings, or
phrases (``kitart.language.phrase``), which are put in in the text's language, or tuples of them.
Which texts may wait a few minutes stands in ``kitart.messaging.may_wait``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import gsm0338
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kitart.language import in_language, phrase, spoken
from kitart.reports import moments
from kitart.settings import settings

Channel = Literal["sms", "mail", "voice"]
EXERCISE = phrase("EXERCISE - no real incident")
COMMON = frozenset({"number", "exercise", "link", "code", "zone", "replies", "now"})
# From here on the time of another day is taken for that of this one.
_NEEDS_ITS_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Purpose:
    """What a text asks or tells, its channels, and the values it needs."""

    meaning: str
    needs: tuple[str, ...]
    channels: tuple[Channel, ...] = ("sms", "mail")


@dataclass(frozen=True)
class Text:
    """A finished text; only a mail has a subject. In a call the link's line is not spoken."""

    subject: str | None
    body: str


_MAIL: tuple[Channel, ...] = ("mail",)
# What can't wait until somebody looks at a phone is spoken too (E24).
_SPOKEN: tuple[Channel, ...] = ("sms", "mail", "voice")

_WORDED_AS: Mapping[str, tuple[Channel, ...]] = {
    "sms": ("sms",), "mail": ("mail",), "voice": ("voice",),
    "teams": ("mail",), "chat": ("sms", "mail"),
}  # fmt: skip

PURPOSES: Mapping[str, Purpose] = {
    "ert-alarm": Purpose(
        "ERT: take the incident (R8, A14)", ("what", "since", "answer_by", "next_news"), _SPOKEN
    ),
    "ert-reminder": Purpose(
        "ERT: nobody has taken it yet (A14)",
        ("what", "since", "answer_by", "next_news"),
        _SPOKEN,
    ),
    "am-information": Purpose(
        "AM: service of a project is affected (R15)",
        ("projects", "what", "since", "next_news"),
        _SPOKEN,
    ),
    "priority-question": Purpose(
        "ERT lead: set the priority (R13, D5)",
        ("what", "proposed", "why", "answer_by", "next_news"),
    ),
    "approval-request": Purpose(
        "AM: approve this draft; stale_because is '' or why the last draft lapsed (D6)",
        ("report", "client", "version", "stale_because", "answer_by", "next_news"),
    ),
    "divert-question": Purpose(
        "AM: order the carrier divert or not (A24, D19)",
        ("projects", "what", "answer_by", "next_news"),
    ),
    "divert-task": Purpose(
        "IT manager: carry out the ordered divert (A24, D19)",
        ("projects", "lines", "kind", "ordered_by", "answer_by", "next_news"),
    ),
    "relief": Purpose("Who is in charge: whether somebody takes over (A20, E26)", ("change",)),
    "supplier-fault-report": Purpose(
        "Supplier: a fault (requirements section 8, row 2)",
        ("supplier", "contract", "symptoms", "since", "checked", "contact", "next_news"),
        _MAIL,
    ),
    "supplier-input-missing": Purpose(
        "Supplier: an input that it gives us has not come (A21)",
        ("supplier", "contract", "input", "due", "contact", "next_news"),
        _MAIL,
    ),
    "input-missing": Purpose(
        "Owner of an input: it has not come (A21)",
        ("what", "due", "source", "contact", "next_news"),
    ),
    "input-fallback": Purpose(
        "Supervisor: what to work with until the input is here (D5)",
        ("input", "decision", "next_news"),
    ),
    "supplier-ticket-question": Purpose(
        "IT manager: give the supplier's ticket number", ("supplier", "answer_by", "next_news")
    ),
    "internal-fault-report": Purpose(
        "IT manager: what fails (section 8, row 1)",
        ("what", "since", "affected", "checked", "evidence", "next_news"),
        _MAIL,
    ),
    "internal-alert": Purpose(
        "AMs, CMT lead if P1: effect and next step (section 8, row 3)",
        ("what", "since", "priority", "affected", "next_step", "next_news"),
    ),
    "test-call-task": Purpose(
        "Supervisor: call each line and tell the result (R23)",
        ("projects", "lines", "answer_by", "next_news"),
    ),
    "client-first-notification": Purpose(
        "Client: the short text that its contract pre-approved",
        ("lines", "since", "next_news", "contact"),
    ),
    "client-limited-service": Purpose(
        "Client: the pre-approved short text where agents are missing",
        ("lines", "since", "next_news", "contact"),
    ),
    "client-recovery": Purpose(
        "Client: service is back", ("lines", "restored", "tested", "report_by", "contact")
    ),
    "client-report": Purpose(
        "Client: cover of a report sent by mail",
        ("report", "client", "version", "headline", "next_news", "contact"),
        _MAIL,
    ),
    "manual-logging": Purpose(
        "Supervisors: have the agents log calls by hand (R46, reports section 8)",
        ("projects", "what", "next_news"),
    ),
    "decision-request": Purpose(
        "Anyone: a question without a text of its own (D5)", ("question", "answer_by", "next_news")
    ),
    "deadline-missed": Purpose(
        "Next role up: a deadline passed (E24)",
        ("step", "due", "role", "next_step", "next_news"),
        _SPOKEN,
    ),
    "recovery-time": Purpose(
        "ERT lead, AMs: a part of the recovery time is gone (reports section 9, step 7)",
        ("what", "gone", "due", "next_step"),
    ),
    "escalation": Purpose(
        "IT manager, AMs, CMT: the ERT can't solve it (R12, A1)",
        ("what", "since", "reason", "answer_by"),
    ),
    "crisis-call": Purpose(
        "CMT: cover level 3 or 4 is in force (R31, R37, E28)",
        ("what", "since", "level", "answer_by"),
        _SPOKEN,
    ),
    "brought-in": Purpose("Anyone whom the ERT lead asks in (R14)", ("what", "since", "because")),
    "paper-plan": Purpose(
        "ERT and IT manager: nothing drives the incident, work on paper (D17)",
        ("what", "since", "undriven"),
        _SPOKEN,
    ),
    "paper-over": Purpose(
        "Whoever was sent to the paper plan: a run drives the incident again (D17)",
        ("what", "since", "driven"),
    ),
    "run-crashed": Purpose(
        "IT manager: the run that drives the plan has crashed (D21)", ("what", "since", "run")
    ),
    "clock-set": Purpose(
        "IT manager: the machine's clock was set while an incident is open (D2, D21)",
        ("what", "since", "showed", "shows", "back"),
    ),
    "contact-test": Purpose(
        "Everybody of the matrix: say that it reached you (R50)", ("answer_by",), _SPOKEN
    ),
    "contact-test-result": Purpose(
        "IT manager, AMs: what a test of the contact list showed (R53)",
        ("answered", "asked", "share", "least", "ert", "count", "gaps", "untried"),
    ),
    "exercise-inject": Purpose("Player: what happens in an exercise now (R52)", ("text",)),
    "exercise-left": Purpose(
        "Player: a real incident goes before, the exercise is over for you (E40)", ("real",)
    ),
    "exercise-over": Purpose("Player: the exercise is over, and why (D4)", ("because",)),
    "readiness-worse": Purpose(
        "AM: what of the readiness of a project got worse since the look before (D27); of no "
        "incident, its number is the sender's name",
        ("count", "day", "points"),
    ),
    "legal-awareness": Purpose(
        "Data protection contact: record since when who is aware of a breach (reports §5)",
        ("what", "answer"),
    ),
    "legal-clock": Purpose(
        "Who is bound, or answers for it: a legal clock runs or was missed (reports §5)",
        ("state", "duty", "party", "told", "ends", "until", "next_step"),
    ),
    "after-action-wanted": Purpose(
        "IT manager, AMs: write for the after-action report (requirements section 8, row 7)",
        ("what", "drafted", "due", "address"),
        _MAIL,
    ),
    "review-due": Purpose(
        "IT manager, AMs: the plan's review is due, or overdue (R51, A25)",
        ("state", "due", "reasons"),
    ),
    "plan-version": Purpose(
        "Everybody of the matrix: a new version of the plan is in force; read it (R51, D17)",
        ("state", "version", "effective", "changes", "paper"),
    ),
    "hot-wash": Purpose(
        "Players of an exercise: what to keep, what to change (reports §6.1 t17)",
        ("what", "until"),
    ),
    "exercise-record-wanted": Purpose(
        "Coordinators of an exercise: write for its record (R53)",
        ("what", "drafted", "due", "address"),
        _MAIL,
    ),
    "serious-finding": Purpose(
        "IT manager, AM, CMT lead: a serious weakness, before the record (reports §6.1 t15)",
        ("what", "finding", "cause", "next_step"),
    ),
    "action-due": Purpose(
        "Owner of a corrective action: its day comes, or has passed (D29)",
        ("state", "action", "due", "check"),
    ),
    "answer-relayed": Purpose(
        "Anyone for whom the operator answered in the Prefect UI (D5)", ("question", "answer")
    ),
    "withdrawn": Purpose("Anyone: a question is no longer open", ("question", "because")),
    "backup-call": Purpose(
        "Agent: take a seat (R20, R26, R32); answered by 1 yes, 2 no, 3 later",
        ("seat", "due", "answer_by"),
        _SPOKEN,
    ),
    "backup-reminder": Purpose(
        "Agent who said yes and is not live yet (E9)", ("seat", "due"), _SPOKEN
    ),
    "backup-confirmed": Purpose("Agent who can come later: needed after all (E8)", ("seat", "due")),
    "cover-news": Purpose("AMs, ERT lead: what has become of the cover", ("news", "projects")),
    "backup-warning": Purpose("Agent who may be needed soon (A4, E11)", ("seat",)),
    "cover-ends": Purpose("Agent whose standby ends while in a seat (E20)", ("seat", "ends")),
    "roll-call": Purpose(
        "Agent whom the phone system lost: safe, able to work? (E18); answered by 1, 2, 3",
        ("answer_by",),
        _SPOKEN,
    ),
    "stand-down": Purpose("Anyone called out: not needed any more", ("because",)),
    "news-together": Purpose(
        "Anyone of the matrix: several pieces of news that were held; ``earlier`` is what the "
        "newest replaced",
        ("numbers", "since", "news", "earlier"),
    ),
    "false-alarm-correction": Purpose(
        "Those who were told: there was no disturbance (E32)", ("lines", "sent", "contact")
    ),
}


def wording(purpose: str, kind: str) -> Channel | None:
    """Whose text a kind of channel gets for a purpose; ``None`` where it has none.

    A card in Teams is made of the mail, any other chat gets the short text where there is one.
    """
    known = PURPOSES[purpose].channels
    for channel in _WORDED_AS.get(kind, ()):
        if channel in known:
            return channel
    return None


def render_message(purpose: str, channel: Channel, language: str, **values: Any) -> Text:
    """The text of a purpose for a channel, in the recipient's language; in English where Kitart
    has no texts in that one.

    Raises ``ValueError`` naming an unknown purpose, a channel it doesn't have, a missing value,
    or a datetime without a zone. Extra values are allowed and not used.
    """
    known = PURPOSES.get(purpose)
    if known is None:
        raise ValueError(f"purpose is {purpose!r}: known are {', '.join(sorted(PURPOSES))}")
    if channel not in known.channels:
        raise ValueError(f"channel is {channel!r}: {purpose} goes by {', '.join(known.channels)}")
    missing = [name for name in ("number", *known.needs) if name not in values]
    if missing:
        raise ValueError(f"{purpose}: values are missing: {', '.join(missing)}")
    language = spoken(language)
    body = _filled(purpose, channel, language, _finished(purpose, channel, language, values))
    prefix = f"{in_language(EXERCISE, language)}. " if values.get("exercise") else ""
    link = _code_line(channel, language, values) + (
        f"\n{values['link']}" if values.get("link") else ""
    )
    if channel != "mail":
        return Text(None, f"{prefix}{body}{link}")
    subject, rest = _subject_of(body)
    blank_line = "\n" if link else ""
    return Text(f"{prefix}{subject}", f"{prefix}{rest.strip()}{blank_line}{link}")


def _code_line(channel: Channel, language: str, values: Mapping[str, Any]) -> str:
    if not values.get("code") or channel == "voice":
        return ""
    code = values["code"]
    line = (
        phrase("Code, for an answer in the Prefect UI: {code}", code=code)
        if channel == "mail"
        else phrase("Code: {code}", code=code)
    )
    return "\n" + in_language(line, language)


def headline_of(purpose: str, channel: Channel, language: str, **values: Any) -> str:
    """A purpose's news in one line, for a message on ``channel`` that tells of several: what its
    mail has as subject. Raises ``KeyError`` or ``ValueError`` as ``render_message`` would."""
    language = spoken(language)
    finished = _finished(purpose, channel, language, values)
    return _subject_of(_filled(purpose, "mail", language, finished))[0]


def sms_parts(text: str) -> int:
    """How many SMS parts ``text`` takes: 160 (153) basic letters, or 70 (67) if one isn't basic."""
    try:
        length = len(gsm0338.Codec().encode(text)[0])
        single, several = 160, 153
    except UnicodeEncodeError:
        length = len(text.encode("utf-16-be")) // 2
        single, several = 70, 67
    return 1 if length <= single else -(-length // several)


def _filled(purpose: str, channel: Channel, language: str, finished: Mapping[str, Any]) -> str:
    folder = settings().templates_dir / "messages" / language
    template = _environment(folder).get_template(f"{purpose}.{channel}.j2")
    return _tidy(template.render(finished))


def _subject_of(mail: str) -> tuple[str, str]:
    subject, _, rest = mail.partition("\n")
    return subject.removeprefix("Subject: "), rest


def _finished(
    purpose: str, channel: Channel, language: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    zone, now = values.get("zone") or "UTC", values.get("now")
    return {"replies": False} | {
        name: _shown(f"{purpose}: {name}", value, channel, language, zone, now)
        for name, value in values.items()
    }


def _shown(
    name: str, value: Any, channel: Channel, language: str, zone: str, now: datetime | None
) -> Any:
    if isinstance(value, tuple):
        return tuple(_shown(name, each, channel, language, zone, now) for each in value)
    if isinstance(value, str):
        text = in_language(value, language)
        lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
        # One line each: a value must not be able to start a new line, where the link stands.
        return " ".join(line for line in lines if line)
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError(f"{name} is {value.isoformat()}: it has no time zone")
    if channel == "mail":
        return moments.moment_text(value, zone, language)
    shown, day = moments.clock(value, zone), moments.short_day(value, zone, language)
    if now is None or abs(value - now) < _NEEDS_ITS_DAY:
        return shown
    return shown if day == moments.short_day(now, zone, language) else f"{day}, {shown}"


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip()


@lru_cache(maxsize=8)
def _environment(folder: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=False,  # plain text, never HTML
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["begun"] = _begun
    return made


def _begun(value: str) -> str:
    """A value that begins a sentence: a system's name as it is, other words with a capital."""
    return value[:1].upper() + value[1:]
