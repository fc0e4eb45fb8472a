"""The page behind a link: a new version of the plan, what changed, and "I have read it" (R51).

As every link it is for one person, shows on GET and records on POST alone. Of a version that
another one has replaced it says so and leads to that one: nothing is recorded of it any more.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from kitart.gateway.house import House, house
from kitart.gateway.links import Reader, opened_link, shown, taken
from kitart.gateway.visits import LINK, NO_ANSWER, NOT_IN_RECORD, PHONE, Page, Refused, visitor_of
from kitart.language import phrase
from kitart.messaging import links, plan_versions
from kitart.messaging.links import Link
from kitart.messaging.plan_versions import READ, WITHDRAWN, InForce
from kitart.messaging.questions import option
from kitart.plan.difference_text import sentence

router = APIRouter(include_in_schema=False)
REPLACED = 409

I_HAVE_READ_IT = option(
    READ,
    phrase("I have read it"),
    phrase("It counts as read; you still have old copies to destroy"),
)
NO_OLD_COPIES = option(
    WITHDRAWN,
    phrase("I have read it, and my old copies are destroyed"),
    phrase("It counts as read, and your old copies as withdrawn"),
)
GONE_NOW = option(
    WITHDRAWN,
    phrase("My old copies are destroyed now"),
    phrase("Your old copies count as withdrawn"),
)


@router.api_route("/v/{token}", methods=["GET", "HEAD"])
def show_version(token: str, request: Request) -> Response:
    """Show what changed, and the button. Changes nothing."""
    place = house(request)
    reader = Reader(place, request, "version", token)
    return shown(reader, lambda: show(place, opened_link(place, "version", token)))


@router.post("/v/{token}")
async def take_version(token: str, request: Request) -> Response:
    """Record that a person has read it."""
    place = house(request)

    def take(form: dict[str, str]) -> Page | None:
        return answer(place, opened_link(place, "version", token), form.get("answer", ""))

    return await taken(Reader(place, request, "version", token), take)


def show(place: House, link: Link, *, problem: str = "") -> Page:
    """The version, its changes, and what the person said of it already."""
    inst = place.inst
    try:
        plan = inst.plan_of(link.subject)
    except LookupError as error:
        raise Refused(404, NOT_IN_RECORD, PHONE) from error
    visitor = visitor_of(plan, link.person, inst.clock.now())
    with inst.journal.read() as session:
        version = plan_versions.in_force(session, link.subject)
        if version is None:
            raise Refused(404, NOT_IN_RECORD, PHONE)
        changes = plan_versions.changes_of(inst, session, version)
        readers = plan_versions.readers(session, plan, version)
        newer = plan_versions.replaced_by(session, link.subject)
    mine = next(reader for reader in readers if reader.person == link.person)
    options = [I_HAVE_READ_IT, NO_OLD_COPIES] if mine.read_at is None else [GONE_NOW]
    if mine.withdrawn_at is not None or newer is not None:
        options = []
    view = {
        "visitor": visitor,
        "number": link.subject,
        "version": version,
        "newer": newer,
        "newer_link": _link_to(place, newer, link.person) if newer else "",
        "changes": [visitor.read(sentence(change)) for change in changes],
        "mine": mine,
        "options": [{name: visitor.read(word) for name, word in o.items()} for o in options],
        "problem": visitor.read(problem),
    }
    return Page("version.html", view, 422 if problem else 200)


def _link_to(place: House, newer: InForce, person: str) -> str:
    """The page of the version in force for this person; "" for one who is not told of it."""
    inst = place.inst
    if all(each.id != person for each in inst.plan_of(newer.number).people):
        return ""
    link = links.new(inst.settings, "version", newer.number, person, now=inst.clock.now())
    # The page may have been reached by another name than that in messages.
    return link.removeprefix(inst.settings.gateway_url)


def answer(place: House, link: Link, chosen: str) -> Page | None:
    """Record that the person has read it, or has no old copies any more; said twice it is once.

    Of a version that was replaced nothing is recorded: the page says so.
    """
    page = show(place, link)
    if page.view["newer"] is not None:
        return replace(page, status=REPLACED)
    visitor = page.view["visitor"]
    if chosen not in (READ, WITHDRAWN):
        return show(place, link, problem=NO_ANSWER)
    with place.inst.journal.write() as session:
        plan_versions.acknowledge(
            session, link.subject, link.person, visitor.role, chosen, via=LINK, now=visitor.now
        )
    return None
