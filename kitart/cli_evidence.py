"""``kitart incident export`` and ``kitart evidence``: the record for auditors, verified."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kitart.evidence.verifying import Verdict
    from kitart.journal.database import Journal

evidence_app = typer.Typer(
    help="Evidence for auditors: the signing key, verification.", no_args_is_help=True
)
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The incident, e.g. INC-0142")]


def export(
    number: Number,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the pack goes")],
    as_zip: Annotated[bool, typer.Option("--zip", help="Write a zip beside the folder")] = False,
    with_addresses: Annotated[
        bool, typer.Option("--with-addresses", help="Show mail addresses and phone numbers")
    ] = False,
    by: Annotated[str, typer.Option(help="Who exports it; stands in the pack")] = "operator",
) -> None:
    """Write an incident's whole record as a signed pack for an auditor (D1, D18, D25, D30).

    Needs the key of 'kitart evidence key'. Ends with 1 when the record itself is broken; the pack
    is written all the same and says so.
    """
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.evidence import keys, packing
    from kitart.evidence.collecting import collect
    from kitart.journal import evidence, plans, upgrading

    found = the_settings()
    try:
        key = keys.load(found.data_dir)
    except keys.KeyTrouble as trouble:
        refuse(str(trouble))
    with the_journals(found.journal_url) as (journal,):
        upgrading.check(journal)
        with journal.read() as session:
            try:
                record = evidence.read(session, number)
            except LookupError as trouble:
                refuse(str(trouble), 2)
            snapshot = plans.snapshot(session, record.incident["plan_hash"])
    contents = collect(record, snapshot, found.templates_dir, with_addresses=with_addresses)
    files = packing.sealed(contents, key, exported_at=found.clock().now(), exported_by=by)
    folder = out / packing.pack_name(contents)
    try:
        packing.write(files, folder)
        typer.echo(str(folder))
        if as_zip:
            packing.write_zip(files, folder.with_name(f"{folder.name}.zip"))
            typer.echo(f"{folder}.zip")
    except packing.PackTrouble as trouble:
        refuse(str(trouble))
    for missing in contents.about["not_included"]:
        typer.echo(f"not included: {missing['what']} ({missing['why']})", err=True)
    if record.broken_at is not None:
        refuse(f"{number}: the record is broken from entry {record.broken_at} on; the pack says so")


@evidence_app.command("key")
def key(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the public key there")
    ] = None,
) -> None:
    """Make the key that packs are signed with, once; print its public half and fingerprint.

    The key stays in the data folder, readable by its owner alone. Give auditors the public key by
    another way than the packs, for example on paper.
    """
    from kitart.cli import refuse, the_settings
    from kitart.evidence import keys

    try:
        made, new = keys.make_once(the_settings().data_dir)
    except keys.KeyTrouble as trouble:
        refuse(str(trouble))
    public = made.public_key()
    pem = keys.as_pem(public).decode()
    if out is not None:
        try:
            out.write_text(pem, encoding="ascii")
        except OSError as error:
            refuse(f"{out} can't be written: {error.strerror}")
    typer.echo(pem, nl=False)
    typer.echo(f"fingerprint: {keys.fingerprint(public)}")
    if new:
        typer.echo("A new key was made: back it up with the journal.", err=True)


@evidence_app.command("verify")
def verify(
    pack: Annotated[Path, typer.Argument(metavar="PACK", help="The pack's folder or zip")],
    public_key: Annotated[
        Path | None,
        typer.Option("--public-key", metavar="FILE", help="The company's key, had by another way"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Say whether a pack is intact, or which file or entry is not; ends with 1 then (D1).

    Needs no journal, no plan, no settings and no network.
    """
    from kitart.cli import refuse
    from kitart.evidence import keys, packing, reading, verifying

    try:
        given = keys.from_pem(public_key.read_bytes()) if public_key else None
    except (keys.KeyTrouble, OSError) as trouble:
        refuse(f"--public-key {public_key}: {trouble}", 2)
    try:
        verdict = verifying.verify(reading.read_pack(pack), given)
    except packing.PackTrouble as trouble:
        refuse(str(trouble))
    if as_json:
        typer.echo(json.dumps(_as_data(verdict), ensure_ascii=False, indent=2))
    else:
        for line in _as_text(verdict):
            typer.echo(line)
    if not verdict.intact:
        raise typer.Exit(1)


def _as_data(verdict: Verdict) -> dict[str, object]:
    about = verdict.manifest.model_dump(exclude={"files"}) if verdict.manifest else None
    return {
        "intact": verdict.intact,
        "findings": [asdict(each) for each in verdict.findings],
        "manifest": about,
        "documents": verdict.documents,
        "erased": list(verdict.erased),
        "key_given": verdict.key_given,
    }


def _as_text(verdict: Verdict) -> list[str]:
    about = verdict.manifest
    lines = [str(each) for each in verdict.findings]
    if about is None:
        return [*lines, "NOT intact."]
    name = f"{'EXERCISE ' if about.exercise else ''}{about.incident}"
    lines.append(
        f"{name}: {'intact' if verdict.intact else 'NOT intact'}. {about.entries} entries, head "
        f"{about.head[:16]}…, {verdict.documents} versions of reports, {len(about.files)} files; "
        f"exported {about.exported_at} by {about.exported_by} with {about.software}."
    )
    if verdict.erased:
        lines.append(f"Erased on purpose: entries {', '.join(map(str, verdict.erased))}.")
    lines.append(f"Signed with the key {about.signed_with.fingerprint}.")
    if not verdict.key_given:
        lines.append(
            "Compare this fingerprint with the company's, or give its key with --public-key: "
            "a pack that was made up as a whole has a key of its own."
        )
    return lines


def erase(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why; stays in the record, so name nobody in it")],
    entry: Annotated[
        list[int] | None, typer.Option(help="The number of an entry; may be repeated")
    ] = None,
    person: Annotated[str, typer.Option(metavar="CODE", help="All that names this person")] = "",
    calls: Annotated[
        bool, typer.Option("--calls", help="Delete the forms of calls logged by hand")
    ] = False,
    by: Annotated[str, typer.Option(help="On whose order: a role, never a name")] = "operator",
) -> None:
    """Erase what entries say, all that names a person, or the forms of calls logged by hand, in a
    closed incident (D1, D22, R46).

    The record stays verifiable, and says itself what was erased, when, on whose order and why.
    """
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.journal import erasing, plans, upgrading

    if bool(entry) + bool(person) + calls != 1:
        refuse("right would be one of --entry, --person and --calls", 2)
    if len(reason.strip()) < 3:
        refuse("--reason is too short; right would be, for example, 'request of 3 May'", 2)
    found = the_settings()
    with the_journals(found.journal_url) as (journal,):
        upgrading.check(journal)
        try:
            with journal.write() as session:
                now, why = found.clock().now(), reason.strip()
                if calls:
                    forms, sum_ = erasing.erase_calls(session, number, reason=why, by=by, now=now)
                    said = f"{number}: {forms} forms of calls deleted, SHA-256 {sum_}."
                else:
                    done = erasing.erase(
                        session, number, entries=entry or (), person=person, reason=why, by=by,
                        now=now,
                    )  # fmt: skip
                    entries = ", ".join(map(str, done.entries)) or "none"
                    said = f"{number}: entries erased: {entries}; other rows: {done.rows}."
                snapshots = plans.naming(session, person) if person else {}
        except LookupError as trouble:
            refuse(str(trouble), 2)
        except erasing.NotErased as trouble:
            refuse(str(trouble))
    typer.echo(said)
    for hash, numbers in snapshots.items():
        of = ", ".join(numbers)
        typer.echo(f"The plan {hash[:16]} still names {person}: {of} began with it, and its hash "
                   "begins their record.", err=True)  # fmt: skip
    typer.echo(f"Backups made before {now:%Y-%m-%d %H:%M} UTC, packs and mails that went out still "
               "hold it.", err=True)  # fmt: skip


@evidence_app.command("retain")
def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what is due")] = False,
    delete_calls: Annotated[
        bool, typer.Option("--delete-calls", help="Delete the forms of calls that are due")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why; stays in the record")] = "kept long enough",
    by: Annotated[str, typer.Option(help="On whose order: a role, never a name")] = "operator",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """List what names people and was kept longer than KITART_RETENTION__… says (docs/evidence.md).

    Forms of calls logged by hand are deleted with --delete-calls, each incident's with an entry in
    its record. All else is a person's decision: 'kitart incident erase'.
    """
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.journal import retention, upgrading

    if dry_run == delete_calls:
        refuse("right would be one of --dry-run and --delete-calls", 2)
    found = the_settings()
    days, now = found.retention, found.clock().now()
    with the_journals(found.journal_url) as (journal,):
        upgrading.check(journal)
        if delete_calls:
            _delete_calls(journal, days.call_log_days, reason.strip(), by, now)
            return
        with journal.read() as session:
            due = retention.due(
                session, personal_days=days.personal_days, call_log_days=days.call_log_days,
                now=now,
            )  # fmt: skip
    if as_json:
        rows = [asdict(each) | {"since": each.since.isoformat()} for each in due]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for each in due:
        what = ", ".join(f"{n} {name}" for name, n in each.rows.items())
        typer.echo(f"{each.incident or 'no incident'}: due since {each.since:%Y-%m-%d}: {what}")
    if not due:
        no_period = not (days.personal_days or days.call_log_days)
        typer.echo("No period is set: nothing falls due." if no_period else "Nothing is due.")


def _delete_calls(journal: Journal, days: int, reason: str, by: str, now: datetime) -> None:
    """Delete the forms that are due, each incident's in a transaction of its own."""
    from kitart.cli import refuse
    from kitart.journal import call_forms, erasing, retention

    if len(reason) < 3:
        refuse("--reason is too short; right would be, for example, 'kept long enough'", 2)
    if not days:
        refuse("KITART_RETENTION__CALL_LOG_DAYS is 0: no form falls due", 2)
    with journal.read() as session:
        due = retention.due(session, personal_days=0, call_log_days=days, now=now)
    for each in due:
        try:
            with journal.write() as session:
                if each.incident is None:
                    before = now - timedelta(days=days)
                    forms, sum_ = call_forms.delete_without_incident(session, before)
                else:
                    forms, sum_ = erasing.erase_calls(
                        session, each.incident, reason=reason, by=by, now=now
                    )
        except erasing.NotErased as trouble:
            typer.echo(str(trouble), err=True)
            continue
        typer.echo(f"{each.incident or 'no incident'}: {forms} forms of calls deleted on "
                   f"{now:%Y-%m-%d} by {by}, SHA-256 {sum_}, {reason}.")  # fmt: skip
        if each.incident is None:
            typer.echo("These had no incident: keep this line as the record.", err=True)
    if not due:
        typer.echo("Nothing is due.")
    else:
        typer.echo(f"Backups made before {now:%Y-%m-%d %H:%M} UTC and packs still hold them.",
                   err=True)  # fmt: skip
