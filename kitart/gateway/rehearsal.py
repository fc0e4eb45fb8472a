"""The first alarm, gone through once at the start and undone.

The first use of a database, a template or a plan costs a process ten times what the second one
does; the first page of the night should not pay for it (DESIGN, decision 7).
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from kitart.alerts import alertmanager
from kitart.alerts.opening import open_or_join
from kitart.installation import Installation
from kitart.journal import alerts, incidents
from kitart.journal.tables import Incident
from kitart.language import spoken
from kitart.messaging.occasion import about
from kitart.messaging.texts import PURPOSES, render_message
from kitart.plan.schema import Plan

log = logging.getLogger(__name__)
POST = {"alerts": [{"status": "firing", "labels": {"rehearsal": "yes"}, "startsAt": None}]}


class _Undone(Exception):
    """Ends the rehearsal's transaction: nothing of it stays."""


def rehearse(inst: Installation, plan: Plan) -> None:
    """Take an alert in, open its incident and write its texts, all in a transaction undone.

    Sends nothing, leaves nothing behind. A journal that can't be written now is only logged.
    """
    now = inst.clock.now()
    try:
        with inst.journal.write() as session:
            incidents.one_at_a_time(session)
            for reading in alertmanager.read(json.loads(json.dumps(POST))):
                alerts.keep(session, reading, "", outcome="ignored", now=now)
            opened = open_or_join(
                session, plan, plan.systems[0].id,
                reported_by="rehearsal", seen="nothing", cause_at=None, now=now,
            )  # fmt: skip
            _write_texts(plan, opened.incident, about(session, plan, opened.incident.number))
            raise _Undone
    except _Undone:
        inst.remember(plan)
    except DBAPIError as error:
        log.warning("the journal can't be written now: %s", error.orig)


def _write_texts(plan: Plan, incident: Incident, values: dict[str, object]) -> None:
    due = incident.opened_at + timedelta(minutes=5)
    for language in sorted({spoken(person.language) for person in plan.people}):
        for channel in PURPOSES["ert-alarm"].channels:
            render_message(
                "ert-alarm", channel, language, number=incident.number, zone="UTC",
                exercise=False, link="", answer_by=due, **values,
            )  # fmt: skip
