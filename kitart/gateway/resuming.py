"""A person asks for a new run of an incident, whatever was asked for before (D21, decision 9).

The hold in the journal lets one run drive one incident: a run too many finds it held and ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.installation import Installation
from kitart.journal import incidents, timeline
from kitart.journal.tables import Incident
from kitart.orchestrator import Orchestrator, OrchestratorError

AT_ANY_TIME = 0.0


@dataclass(frozen=True)
class Resumed:
    """What became of it.

    ``asked``: Prefect has the ``run``. ``driven``: ``run`` holds it ``since`` a moment of the
    plan's clock. ``settled``: nothing is left to do since then. ``being asked``: somebody else
    asked in the same moment. ``refused``: Prefect did not take the request, for the reason in
    ``why``.
    """

    became: Literal["asked", "driven", "settled", "being asked", "refused"]
    run: str = ""
    since: datetime | None = None
    why: str = ""


def resume(inst: Installation, orchestrator: Orchestrator, number: str, by: str) -> Resumed:
    """Ask for a run of the incident at once, unless one drives it or nothing is left to do.

    ``by`` stands in the timeline as who asked; also when Prefect did not take it. Raises
    ``LookupError`` for a number that is none.
    """
    with inst.journal.write(heard=False) as session:
        incident = incidents.get(session, number)
        if incident.settled_at is not None:
            return Resumed("settled", since=incident.settled_at)
        if incidents.driven(incident, real_now=real_now()):
            return _driven(session, incident)
        request = incidents.claim_run_request(
            session, incident, real_now=real_now(), not_again_for_s=AT_ANY_TIME
        )
    if request is None:
        return Resumed("being asked")
    try:
        run = orchestrator.start(incident, request)
    except OrchestratorError as error:
        why = str(error).partition("\n")[0]
        with inst.journal.write(about=number) as session:
            incidents.take_back_run_request(session, number, request)
            _enter(inst, session, number, by, f"{by} asked for a new run; {why}", {})
        return Resumed("refused", why=why)
    with inst.journal.write(about=number) as session:
        incidents.get(session, number).requested_run = run
        _enter(inst, session, number, by, f"{by} asked for a new run", {"run": run})
    return Resumed("asked", run)


def _driven(session: Session, incident: Incident) -> Resumed:
    begun = timeline.entries(session, incident.number, *incidents.RUN_BEGINS)
    since = begun[-1].occurred_at if begun else None
    return Resumed("driven", incident.lease_run or "", since)


def _enter(
    inst: Installation, session: Session, number: str, by: str, text: str, data: dict[str, str]
) -> None:
    timeline.append(
        session, number, "run asked for", text,
        now=inst.clock.now(), author=by, source="person", data=data,
    )  # fmt: skip
