"""``kitart link``: a link for a role holder to sign in with, or an agent's standing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kitart.installation import Installation


def link(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Code in the plan, like AM-2 or AG-014")
    ],
    end: Annotated[
        bool, typer.Option("--end", help="A phone is lost: end what the person has by now")
    ] = False,
) -> None:
    """Print a person's link, for the day nothing else works (D20).

    A role holder's signs in once. An agent's opens "I can't work" until it is ended or replaced
    (R17): printing a new one ends the one before.
    """
    from kitart.cli import refuse, the_plan, the_settings
    from kitart.installation import Installation
    from kitart.journal import upgrading
    from kitart.journal.database import JournalError

    inst = Installation(the_settings())
    plan = the_plan(None)
    agents = {each.id for each in plan.agents}
    if person not in agents | {each.id for each in plan.people}:
        refuse(f"PERSON is {person!r}: nobody in the plan has that code; see kitart plan show")
    try:
        upgrading.check(inst.journal)
        (_of_agent if person in agents else _of_role_holder)(inst, person, end=end)
    except (JournalError, ValueError) as trouble:
        refuse(str(trouble))


def _of_agent(inst: Installation, agent: str, *, end: bool) -> None:
    from kitart.journal import agent_links
    from kitart.messaging.agent_links import new_link

    if end:
        with inst.journal.write() as session:
            ended = agent_links.end(session, agent, now=inst.clock.now())
        typer.echo(f"{agent}: {'the link is ended' if ended else 'there was no link'}")
        return
    typer.echo(new_link(inst, agent, by="operator"))
    days = agent_links.LINK_LIFE.days
    typer.echo(f"For {agent} alone, for {days} days; a link made before has ended.", err=True)


def _of_role_holder(inst: Installation, person: str, *, end: bool) -> None:
    from kitart.journal import sign_ins
    from kitart.messaging.sign_in_links import new_link

    if end:
        with inst.journal.write() as session:
            ended = sign_ins.end_everything(session, person, now=inst.clock.now())
        signed_in = f"{ended} sign-in{'' if ended == 1 else 's'}"
        typer.echo(f"{person}: {signed_in} ended, and each link sent before now")
        return
    typer.echo(new_link(inst, person, by="operator"))
    minutes = int(sign_ins.LINK_LIFE.total_seconds() // 60)
    typer.echo(f"Signs {person} in once, within {minutes} minutes.", err=True)
