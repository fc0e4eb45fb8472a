"""``kitart cover``: what the ladder would propose. Nothing is written, nobody is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kitart.plan.schema import Plan
    from kitart.rules.cover.proposal import Proposal, QueueProposal, Seat

cover_app = typer.Typer(help="Cover for agents who can't work.", no_args_is_help=True)


@cover_app.callback()
def cover() -> None:
    """Cover for agents who can't work."""


@cover_app.command("propose")
def propose(
    at: Annotated[str, typer.Option(help="Moment with its offset: 2026-11-17T09:12+01:00")],
    out: Annotated[
        list[str] | None,
        typer.Option(help="Who is out: AG-014, or AG-014,AG-016; may be repeated"),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="Look at these projects alone; as --out")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--plan", metavar="DIR", help="The plan's folder; else config_dir"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Who would sit in for whom at a moment, why, and what stays empty (R18-R42, E1-E20).

    Only the roster and the plan are looked at: nobody is asked, nothing is written.
    """
    from kitart.cli import the_moment, the_plan
    from kitart.rules.cover.facts import Facts, Out
    from kitart.rules.cover.proposal import propose as proposal_for

    when = the_moment(at)
    _holds_a_plan(folder)
    plan = the_plan(folder)
    missing, projects = _each_of(out), _each_of(project)
    _known("--out", missing, [agent.id for agent in plan.agents])
    _known("--project", projects, [each.id for each in plan.projects])
    found = proposal_for(
        plan,
        Facts(
            at=when,
            out=tuple(Out(code) for code in missing),
            projects=frozenset(projects) if projects else None,
        ),
    )
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False, indent=2))
        return
    for line in as_text(found, plan):
        typer.echo(line)


def _each_of(given: list[str] | None) -> list[str]:
    """Each code that was given once, also where several stand in one value."""
    codes = (code.strip() for value in given or [] for code in value.split(","))
    return list(dict.fromkeys(codes))


def as_data(found: Proposal) -> dict[str, Any]:
    """The proposal as plain values for JSON; queues in the plan's order."""
    return {
        "level": found.level,
        "queues": [
            {
                "project": queue.need.project,
                "language": queue.need.language,
                "needed": queue.need.needed,
                "live": len(queue.need.live),
                "level": queue.level,
                "assigned": list(queue.assigned),
                "uncovered": queue.uncovered,
                "candidates": [
                    {
                        "agent": each.agent,
                        "rung": str(each.rung),
                        "eligible": each.eligible,
                        "reason": str(each.reason),
                    }
                    for each in queue.candidates
                ],
            }
            for queue in found.queues
        ],
    }


def as_text(found: Proposal, plan: Plan) -> Iterator[str]:
    """The proposal for people, by queue; what is not short is one line."""
    out, rostered = found.out_of_rostered
    if rostered:
        most = ", more than the share that counts as most" if found.most_out else ""
        yield f"Out: {out} of {_counted(rostered, 'agent')} on shift{most}."
    short = [queue for queue in found.queues if queue.need.short]
    for queue in short:
        yield from _queue(queue, plan)
    rest = len(found.queues) - len(short)
    if rest:
        yield f"{_counted(rest, 'other queue' if short else 'queue')}: nothing short."
    if found.level is None:
        yield "No cover level."
        return
    by_project = ", ".join(f"{p} {n}" for p, n in found.levels_by_project.items() if n is not None)
    cmt = " Contact the CMT." if found.needs_cmt else ""
    yield f"Cover level {found.level} ({by_project}).{cmt} The account manager decides."


def _queue(queue: QueueProposal, plan: Plan) -> Iterator[str]:
    need = queue.need
    level = f"level {queue.level}" if queue.level else "before level 1"
    yield f"{need.key}: {len(need.live)} of {need.needed} seats live, {level}"
    if need.short_by_roster:
        yield f"  the roster itself leaves {_counted(need.short_by_roster, 'seat')} empty"
    reasons = {each.agent: each.reason for each in queue.candidates}
    for seat in queue.seats:
        yield f"  {seat.agent} ({str(seat.rung).replace('_', ' ')}): {reasons[seat.agent]}" + _note(
            seat, plan
        )
    if queue.pre_alert:
        yield f"  warn {', '.join(queue.pre_alert)}, should the forecast not hold"
    others = [c.agent for c in queue.candidates if c.eligible and c.agent not in queue.assigned]
    if others:
        yield f"  also fit: {', '.join(others)}"
    if queue.uncovered:
        yield f"  {_counted(queue.uncovered, 'seat')} uncovered: {queue.next_step}"
        for reason in _nearest(queue):
            yield f"    {reason}"


def _note(seat: Seat, plan: Plan) -> str:
    from zoneinfo import ZoneInfo

    said = ""
    if seat.until is not None:
        zone = ZoneInfo(plan.agent(seat.agent).time_zone)
        said += f"; standby ends {seat.until.astimezone(zone):%H:%M %Z}"
    if seat.loses_reserve:
        said += f"; no longer the reserve of {', '.join(seat.loses_reserve)}"
    return said


def _nearest(queue: QueueProposal) -> Iterator[str]:
    """Why not the others: who came furthest in the tests first; no more than six."""
    against = [each for each in queue.candidates if not each.eligible and each.test]
    against.sort(key=lambda each: -each.test)  # Stable: of equals the best rung first
    for each in against[:6]:
        yield f"{each.agent} {each.reason}"
    if len(against) > 6:
        yield f"and {len(against) - 6} more; --json has them all"


def _holds_a_plan(folder: Path | None) -> None:
    from kitart.cli import refuse

    if folder is not None and not (folder.is_dir() and any(folder.glob("*.yaml"))):
        what = "holds no .yaml file" if folder.is_dir() else "is no folder"
        refuse(
            f"--plan is {str(folder)!r}, which {what}; right would be the folder "
            "with company.yaml, agents.yaml and the others",
            2,
        )


def _known(option: str, given: list[str], known: list[str]) -> None:
    from kitart.cli import refuse

    for code in given:
        if code not in known:
            near = get_close_matches(code, known, n=1, cutoff=0.5)
            right = near[0] if near else f"one of {', '.join(known[:8])}"
            refuse(f"{option} is {code!r}, which the plan hasn't; right would be {right}", 2)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
