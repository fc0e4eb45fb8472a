"""One installation of Kitart: its settings, clock, journal, plan and connections."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy.orm import Session

from kitart.clock import Clock
from kitart.connectors.apprise_chat import AppriseChats
from kitart.connectors.asterisk import Asterisk
from kitart.connectors.aws_sns import Sns
from kitart.connectors.calls import CallGateway
from kitart.connectors.fence import Fence
from kitart.connectors.lines.probe import LineProber
from kitart.connectors.microsoft import MicrosoftTenant
from kitart.connectors.outward import Outward
from kitart.connectors.sms import SmsGateway
from kitart.connectors.smtp import SmtpRelay
from kitart.connectors.teams import TeamsWorkflows
from kitart.connectors.vcc_live import VccLive
from kitart.connectors.voice import VoicePlatform
from kitart.connectors.watched_url import WatchedUrls
from kitart.journal import at_a_glance, exercises, incidents, plans, reviews
from kitart.journal.database import KEPT, Journal
from kitart.journal.fences import fence_after, fence_of
from kitart.journal.routing import JournalRoutingModes
from kitart.journal.tables import Incident
from kitart.plan.exercises import EXERCISE, with_exercise
from kitart.plan.general import GENERAL, with_general
from kitart.plan.inputs import is_input, with_input
from kitart.plan.loading import PlanError, load_plan, plans_at_hand
from kitart.plan.reviewed import PLAN, PLAN_REVIEW, with_review
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE, with_workplace
from kitart.settings import Settings, settings

KEPT_BY_A_RUN = 1


class Installation:
    """Everything a step needs, made at first use: importing or making one connects nothing."""

    def __init__(
        self, settings: Settings, clock: Clock | None = None, connections_kept: int = KEPT
    ) -> None:
        self.settings = settings
        self.clock = clock or settings.clock()
        self.journal = Journal(settings.journal_url, connections_kept)
        self._plans: dict[str, Plan] = {}
        self._lock = threading.Lock()

    @cached_property
    def microsoft(self) -> MicrosoftTenant:
        """The company's Microsoft tenant."""
        return MicrosoftTenant(self.settings.microsoft)

    @cached_property
    def sms(self) -> SmsGateway:
        """The SMS gateway."""
        return SmsGateway(self.settings.sms)

    @cached_property
    def calls(self) -> CallGateway:
        """The gateway that calls people by phone."""
        return CallGateway(self.settings.sms)

    @cached_property
    def sns(self) -> Sns:
        """Amazon SNS, which signs what it posts."""
        return Sns()

    @cached_property
    def smtp(self) -> SmtpRelay:
        """The second way for mail."""
        return SmtpRelay(self.settings.smtp)

    @cached_property
    def watched_urls(self) -> WatchedUrls:
        """Addresses at which inputs are looked for."""
        return WatchedUrls(self.settings.input_hosts, self.settings.inputs_ca_file)

    @cached_property
    def teams(self) -> TeamsWorkflows:
        """Chats in Teams."""
        return TeamsWorkflows(self.settings.chat)

    @cached_property
    def chats(self) -> AppriseChats:
        """All other chats, one way."""
        return AppriseChats(self.settings.chat)

    @cached_property
    def routing(self) -> JournalRoutingModes:
        """The modes that our IVR webhook serves."""
        return JournalRoutingModes(self.journal, self.clock)

    @cached_property
    def voice(self) -> VoicePlatform:
        """The phone system that the settings name."""
        if self.settings.phone_system == "asterisk":
            return Asterisk(self.settings.asterisk, clock=self.clock)
        return VccLive(self.settings.vcc, self.routing, clock=self.clock)

    @cached_property
    def line_prober(self) -> LineProber:
        """Who calls the lines to hear them."""
        return LineProber(self.settings.sip, lambda: self.voice, self.clock)

    def fenced(self, incident: str, *, real: bool = False) -> Outward:
        """The way out to people and lines, for one incident: an exercise's has a fence, and what
        that refuses stands in the exercise's timeline (D4, decision 10). "" is for what belongs to
        no incident, a link to sign in.

        The journal is asked each time: who plays and who has left may have changed. Not for an
        incident that is known to be ``real``, which it stays.
        """
        if not incident or real:
            return Outward(self)
        fence: Fence | None = None
        with self.journal.read() as session:
            row = incidents.get(session, incident)
            if not row.exercise:
                return Outward(self)
            plan = self.plans_for(session, [row])[incident]
            evaluated = row.kind == EXERCISE and row.closed_at is not None
            if not evaluated:
                fence = fence_of(session, plan, row)
        if evaluated:
            fence = fence_after((plan, self._plan_in_force(plan)), incident)

        def refused(channel: str, why: str) -> None:
            with self.journal.write() as session:
                to = exercises.of_incident(session, incident) or incident
                exercises.refused(session, to, incident, channel, why, now=self.clock.now())

        return Outward(self, fence, refused)

    def _plan_in_force(self, otherwise: Plan) -> Plan:
        """The plan as it is configured now; while it has faults, ``otherwise``."""
        try:
            return self.current_plan()
        except PlanError:
            return otherwise

    def current_plan(self) -> Plan:
        """The plan as it is configured now; raises ``PlanError`` with every fault named."""
        return load_plan(self.settings.config_dir)

    def plan_of(self, incident: str) -> Plan:
        """The plan frozen into an incident (D30): later edits never show here.

        Under the general plan it has the incident's own entry for what is affected (R11).
        """
        with self.journal.read() as session:
            row = incidents.get(session, incident)
            hash = self._hash_of(session, row)
            body = None if hash in self._plans else plans.snapshot(session, hash)
        return incident_plan(self.plan_with(hash, body), row)

    def plans_for(self, session: Session, rows: Sequence[Incident]) -> dict[str, Plan]:
        """As ``plan_of`` for several incidents at once, by their numbers: one question for all."""
        hashes = {row.number: self._hash_of(session, row) for row in rows}
        unknown = [hash for hash in hashes.values() if hash not in self._plans]
        bodies = at_a_glance.plans_of(session, unknown) if unknown else {}
        return {
            row.number: incident_plan(
                self.plan_with(hashes[row.number], bodies.get(hashes[row.number])), row
            )
            for row in rows
        }

    def _hash_of(self, session: Session, row: Incident) -> str:
        """The plan of an incident stays; a review's is the version that people decide on."""
        return reviews.hash_of(session, row) if row.kind == PLAN_REVIEW else row.plan_hash

    def plan_with_hash(self, session: Session, hash: str) -> Plan:
        """The plan of a snapshot in the journal, as it was taken; ``LookupError`` for none."""
        body = None if hash in self._plans else plans.snapshot(session, hash)
        return self.plan_with(hash, body)

    def remember(self, plan: Plan) -> None:
        """Have a loaded plan at hand for the incidents that are opened under it."""
        with self._lock:
            self._plans.setdefault(plan.hash, plan)

    def plan_with(self, hash: str, body: dict[str, Any] | None) -> Plan:
        """The plan of a snapshot, parsed once a process."""
        with self._lock:
            if hash not in self._plans:
                self._plans[hash] = Plan.from_snapshot(body or {})
            return self._plans[hash]


def incident_plan(plan: Plan, row: Incident) -> Plan:
    """An incident's plan: its snapshot, with its own entry where no system stands for it (R11)."""
    if row.system_id == PLAN:
        return with_review(plan)
    if row.system_id == WORKPLACE:
        return with_workplace(plan, row.projects or ())
    if is_input(row.system_id):
        return with_input(plan, row.system_id, row.projects or ())
    if row.kind == EXERCISE:
        return with_exercise(plan, row.title)
    if row.system_id != GENERAL:
        return plan
    return with_general(plan, row.projects or (), row.customer_care)


@lru_cache(maxsize=1)
def _from_environment() -> Installation:
    # A run mostly waits, and there may be many: PostgreSQL has so many connections for all.
    made = Installation(settings(), connections_kept=KEPT_BY_A_RUN)
    for plan in plans_at_hand():
        made.remember(plan)  # an incident opened under it needs no snapshot read
    return made


_given: Installation | None = None


def installation() -> Installation:
    """The process's installation: the one it was given, else that of its environment."""
    return _given or _from_environment()


def use_installation(given: Installation | None) -> None:
    """Give the process an installation: for stories that run everything in one process."""
    global _given
    _given = given
