"""One client, told from the first word to the closing report (R45, R48; E31, E35)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.effect_of_cover import effect_to_tell
from flows.strands.publishing import Wanted, publish
from kitart.journal import by_word, looks
from kitart.plan.workplace import WORKPLACE
from kitart.reports import drafts
from kitart.rules.reporting import Rhythm
from tasks import cover_notices, documents

EDITION_AHEAD = timedelta(hours=8)
"""So long before it is due an edition of the closing report is drafted: a working day to approve
it, as long as possible to write for it."""


async def inform_client(drive: Drive, client: str) -> None:
    """Tell one client: first notification, updates, recovery notice, closing report.

    Goes on until the incident is closed: a relapse after the closing report is told too (E35).
    """
    at_home = drive.system.id == WORKPLACE
    effect = effect_to_tell if at_home else effect_on
    while (effect_at := await effect(drive, client)) is None:
        untold = cover_notices.record_untold if at_home else documents.record_no_effect
        await drive.step(untold, drive.lease, client)
        # Should it fail again, this client is told as all others are (E35).
        await drive.until(recovery_declared(drive))
        await drive.until(lambda s: not looks.recovery_declared(s, drive.incident))
    told = await first_word(drive, client, effect_at) != "refused"
    while True:
        if not told:
            await served(drive, client)
            continue
        await keep_informed(drive, client)
        soon = drive.now + rhythm(drive, client).news
        if not await until_sent(drive, client, "recovery-notice", soon):
            continue
        if not await findings_known(drive) or not await preliminary_told(drive, client):
            continue
        due_at = drive.read(lambda s: drafts.closing_due(s, drive.plan, drive.incident, client))
        if await until_sent(drive, client, "closing-report", due_at):
            await served(drive, client)


async def served(drive: Drive, client: str) -> None:
    """Nothing is left to tell about the recovery that holds; ends when the system fails again."""
    await drive.until(recovery_declared(drive))
    await drive.step(documents.record_served, drive.lease, client)
    await drive.until(lambda s: not looks.recovery_declared(s, drive.incident))


async def effect_on(drive: Drive, client: str) -> datetime | None:
    """Wait for the effect on this client's callers; ``None`` if it was over before (E36)."""
    starts_at = drive.read(lambda s: drafts.effect_start_of(s, drive.plan, drive.incident, client))
    over = recovery_declared(drive)
    if starts_at is None or drive.read(
        lambda s: over(s) and drafts.felt_nothing(s, drive.incident, client)
    ):
        return None

    def over_before(session: Session) -> bool:
        # By when it was declared: a run begun anew after that finds the same as the one before.
        declared_at = looks.declared_at(session, drive.incident)
        return declared_at is not None and declared_at <= starts_at

    if await drive.until(over_before, by=starts_at):
        return None
    seen = await drive.until(
        lambda s: looks.effect_confirmed(s, drive.incident) or (over(s) and "over")
    )
    if seen == "over":
        return None
    # Not from now: a run begun anew must not give the notice a later deadline.
    return max(
        starts_at, drive.read(lambda s: looks.effect_known_at(s, drive.incident)) or drive.now
    )


async def first_word(drive: Drive, client: str, effect_at: datetime) -> str:
    """The first notification, or after a quick recovery one notice of both (E31).

    A "no notice" by the approver ends the telling; its reason is in the record.
    """
    while not drive.read(lambda s: drafts.told(s, drive.incident, client)):
        pace = rhythm(drive, client)
        due_at = effect_at + pace.first
        if drive.system.managed_by == "client":
            # The data are collected first, as long as the report is still on time (R44, R45).
            await drive.until(
                lambda s: by_word.assessed(s, drive.incident), by=effect_at + pace.first / 2
            )
        kind = "first-notification"
        if drive.read(lambda s: drafts.system_up(s, drive.plan, drive.incident, drive.now)):
            kind = "combined-notice"
            # A word on the test call makes the better notice, if it comes in time.
            patience = timedelta(minutes=drive.plan.limits.role_unreachable)
            await drive.until(
                lambda s: drafts.tested(s, drive.incident), by=min(due_at, drive.now + patience)
            )
        due_at = max(due_at, drive.now)
        wanted = Wanted(client, kind, 1, due_at, next_update_at=due_at + pace.update)
        if await publish(drive, wanted) == "refused":
            return "refused"
    return "sent"


async def keep_informed(drive: Drive, client: str) -> None:
    """Updates at the promised times, also without news, and at once when the facts change."""
    declared = recovery_declared(drive)
    refused_at: datetime | None = None
    while not drive.read(declared):
        pace = rhythm(drive, client)
        promised, number = drive.read(lambda s: drafts.promised(s, drive.incident, client))
        if refused_at is not None:
            promised = max(promised, refused_at + pace.update)
        news = await drive.until(
            _news(drive, client, declared), by=max(drive.now, promised - pace.draft_ahead)
        )
        if news == "recovered":
            return
        due_at = min(promised, drive.now + pace.news) if news else promised
        due_at = max(due_at, drive.now)
        wanted = Wanted(
            client, "status-update", number, due_at, due_at + pace.update,
            overtaken_by_recovery=True,
        )  # fmt: skip
        outcome = await publish(drive, wanted)
        refused_at = drive.now if outcome == "refused" else None


def _news(
    drive: Drive, client: str, declared: Callable[[Session], bool]
) -> Callable[[Session], str | None]:
    def question(session: Session) -> str | None:
        if declared(session):
            return "recovered"
        fits = drafts.last_sent_fits(session, drive.facts(session), client)
        return None if fits else "news"

    return question


async def until_sent(drive: Drive, client: str, kind: str, due_at: datetime) -> bool:
    """Publish a report of the recovery, whatever becomes stale on the way.

    A refusal ends it, its reason is in the record. ``False`` when the system failed again (E35).
    """
    while drive.read(recovery_declared(drive)):
        if drive.read(lambda s: drafts.sent_since_recovery(s, drive.incident, client, kind)):
            return True
        number = drive.read(lambda s: drafts.next_number(s, drive.incident, client, kind))
        wanted = Wanted(client, kind, number, max(due_at, drive.now))
        if await publish(drive, wanted) == "refused":
            return True
    return False


async def preliminary_told(drive: Drive, client: str) -> bool:
    """The preliminary closing report by the next business day, where the client's settings want
    one and the final one can't be complete by then; then the time that the final one has
    (reports §4). ``False`` when the system failed again meanwhile (E35).
    """
    if not drive.plan.client(client).report.preliminary_closing:
        return True
    declared = recovery_declared(drive)
    dues = drive.read(
        lambda s: [
            due(s, drive.plan, drive.incident, client)
            for due in (drafts.preliminary_due, drafts.closing_due)
        ]
    )

    def complete(session: Session) -> bool:
        return not declared(session) or drafts.all_written(session, drive.incident, client)

    if await drive.until(complete, by=dues[0] - EDITION_AHEAD):
        return drive.read(declared)
    if not await until_sent(drive, client, "preliminary-report", dues[0]):
        return False
    await drive.until(complete, by=dues[1] - EDITION_AHEAD)
    return drive.read(declared)


async def findings_known(drive: Drive) -> bool:
    """Wait a while for the cause, and for the end of a divert and of logging by hand: all are in
    the report. ``False`` when the system failed again meanwhile (E35).

    A cause that is not established is an answer; one that is not given holds up no report.
    """
    declared_at = drive.read(lambda s: looks.declared_at(s, drive.incident))
    # Compared with the very recovery: by the time this looks, another one may be declared.
    await drive.until(
        lambda s: (
            looks.declared_at(s, drive.incident) != declared_at
            or (
                drafts.findings_settled(s, drive.incident)
                and not drafts.divert_active(s, drive.incident)
                and not by_word.logging_by_hand(s, drive.incident)
            )
        ),
        by=drive.now + timedelta(hours=drive.plan.limits.reopen_within_hours),
    )
    return drive.read(lambda s: looks.declared_at(s, drive.incident)) == declared_at


def rhythm(drive: Drive, client: str) -> Rhythm:
    """How soon and how often this client is told, by the priority in force now."""
    return drive.read(lambda s: drafts.rhythm_of(s, drive.plan, drive.incident, client))


def recovery_declared(drive: Drive) -> Callable[[Session], bool]:
    """The question whether the recovery was declared."""
    return lambda session: looks.recovery_declared(session, drive.incident)
