"""The daily look at the readiness: kept, compared with the day before, told if worse (D27).

It belongs to no incident, so its messages stand in no incident's record but in rows of their own.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.alerts.examples import source_problems
from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation
from kitart.journal import (
    contact_tests,
    exercises,
    offline_copies,
    readiness,
    review_triggers,
)
from kitart.journal.messages import Outgoing
from kitart.language import Phrase, phrase
from kitart.messaging.channels import down_systems, send_by, set_up, ways
from kitart.messaging.texts import Text, render_message, wording
from kitart.plan import whom
from kitart.plan.checks import check_plan
from kitart.plan.contact_list import Verified
from kitart.plan.problems import Problem
from kitart.plan.roles import role_name
from kitart.plan.schema import Channel, Person, Plan
from kitart.rules.exercise_dates import next_due
from kitart.rules.readiness.comparing import Worse, worse
from kitart.rules.readiness.overdue import REVIEW_OF_THE_PLAN, TEST_OF_THE_PLAN, Due
from kitart.rules.readiness.result import Readiness, look

PURPOSE = "readiness-worse"
PATH = "/readiness"
MOST_TOLD = 12
TEST_EVERY_MONTHS = 12
"""R52: at least once a year."""


def look_now(inst: Installation, plan: Plan) -> Readiness:
    """The readiness at this moment, with the ages that the journal knows. Writes nothing."""
    now = inst.clock.now()
    today = now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    with inst.journal.read() as session:
        before = readiness.before(session, today.isoformat())
        problems = _problems(inst, plan, now, contact_tests.verified(session))
        dates = known_dates(session, plan, now)
        copies = offline_copies.of_people(session, plan)
    return look(plan, problems, now, before=before, dates=dates, copies=copies)


def look_alone(inst: Installation, plan: Plan) -> Readiness:
    """As ``look_now`` where there is no journal yet: every finding is of today."""
    now = inst.clock.now()
    return look(plan, _problems(inst, plan, now, {}), now)


def look_and_keep(inst: Installation) -> Readiness:
    """Look at the plan as it is configured now, and keep that as the look of today."""
    found = look_now(inst, inst.current_plan())
    with inst.journal.write() as session:
        readiness.keep(session, found)
    return found


def known_dates(session: Session, plan: Plan, now: datetime) -> tuple[Due, ...]:
    """When what comes again is due next, from whoever keeps it: the test of the plan, 12 months
    after the last exercise that counts (R52, D28), and its review (R51)."""
    last = exercises.last_counted(session)
    tested = next_due(last.ended_at if last else None, TEST_EVERY_MONTHS)
    zone = ZoneInfo(plan.company.time_zone)
    test = Due(TEST_OF_THE_PLAN, "test", tested.astimezone(zone).date() if tested else None)
    return test, Due(REVIEW_OF_THE_PLAN, "review", review_triggers.due(session, plan, now).on)


def got_worse(inst: Installation) -> tuple[Readiness, tuple[Worse, ...]]:
    """The newest look, and what is worse than in the last one of an earlier day.

    Raises ``LookupError`` before the first look.
    """
    with inst.journal.read() as session:
        now = readiness.latest(session)
        if now is None:
            raise LookupError("there was no look at the readiness yet")
        before = readiness.before(session, now.day.isoformat())
    return now, worse(before, now)


def tell_worse(inst: Installation) -> dict[str, int]:
    """Tell the account managers of the projects concerned what got worse; how many things by
    person. Nobody is told when nothing did; asked again, nobody is told twice.

    Raises ``ConnectorError`` when somebody was reached on no channel.
    """
    found, things = got_worse(inst)
    plan, now = inst.current_plan(), inst.clock.now()
    for_whom: dict[str, list[Worse]] = {}
    for thing in things:
        for person in _managers(plan, thing, now):
            for_whom.setdefault(person, []).append(thing)
    unreached = [
        code for code, news in for_whom.items()
        if not _tell(inst, plan, plan.person(code), found.day.isoformat(), news)
    ]  # fmt: skip
    if unreached:
        raise ConnectorError(
            f"{', '.join(unreached)} could be told on no channel what got worse", permanent=False
        )
    return {code: len(news) for code, news in for_whom.items()}


def _problems(inst: Installation, plan: Plan, now: datetime, verified: Verified) -> list[Problem]:
    """What ``kitart plan check`` says."""
    today = now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    chats = inst.settings.chat
    names = {"teams": chats.teams.keys(), "chat": chats.apprise.keys()}
    found = check_plan(plan, today, chats=names, verified=verified)
    return [*found, *source_problems(plan)]


def _managers(plan: Plan, thing: Worse, now: datetime) -> tuple[str, ...]:
    """The account manager of each project, or the deputy of one who is on leave (R15, E23)."""
    asked: list[str] = []
    for code in thing.projects:
        project = plan.project(code)
        named = (project.account_manager, project.deputy_account_manager)
        asked += whom.present(plan, [each for each in named if each], now)[:1]
    return tuple(dict.fromkeys(asked))


def _tell(inst: Installation, plan: Plan, person: Person, day: str, news: list[Worse]) -> bool:
    """Whether one of the person's channels took the message, now or before."""
    values = {
        "number": "Kitart",
        "exercise": False,
        "zone": person.time_zone,
        "count": str(len(news)),
        "day": day,
        "points": _listed(news),
        "link": f"{inst.settings.gateway_url}{PATH}",
    }
    mark = hashlib.sha256("\n".join(str(thing.what) for thing in news).encode()).hexdigest()[:16]
    reached = False
    for place, channel in enumerate(person.channels):
        words = wording(PURPOSE, channel.kind)
        if words is None:
            continue
        text = render_message(PURPOSE, words, person.language, **values)
        key = f"readiness:{day}:{mark}:{person.id}:{channel.kind}:{place}"
        reached = _send(inst, plan, person, channel, day, key, text) or reached
    return reached


def _listed(news: list[Worse]) -> tuple[Phrase, ...]:
    said = [thing.what for thing in news[:MOST_TOLD]]
    if len(news) > MOST_TOLD:
        said.append(phrase("and {n} more, on the page", n=len(news) - MOST_TOLD))
    return tuple(said)


def _send(
    inst: Installation, plan: Plan, person: Person, channel: Channel, day: str, key: str, text: Text
) -> bool:
    now = inst.clock.now()
    with inst.journal.write() as session:
        wanted = readiness.claim_news(
            session, key, day=day, person=person.id, channel=channel.kind, now=now
        )
        possible = ways(plan, channel.kind, channel.depends_on, down_systems(session, plan))
    if not wanted:
        return True
    message = Outgoing(
        key=key, incident="", purpose=PURPOSE, recipient=person.id, role=role_name(person.kind),
        channel=channel.kind, address=channel.address, subject=text.subject or "", text=text.body,
        language=person.language,
    )  # fmt: skip
    state, faults = readiness.FAILED, []
    for way in possible:
        if way.barred_by is not None or not set_up(inst, way.connector):
            faults.append(f"{way.connector}: depends on {way.barred_by or 'what is not set up'}")
            continue
        try:
            send_by(inst, way.connector, message, message.text)
        except ConnectorError as error:
            faults.append(f"{way.connector}: {error.message}")
        else:
            state = readiness.ACCEPTED
            faults.append(f"by {way.connector}")
            break
    with inst.journal.write() as session:
        readiness.complete_news(
            session, key, state, "; ".join(faults) or "no connector is configured",
            now=inst.clock.now(),
        )  # fmt: skip
    return state == readiness.ACCEPTED
