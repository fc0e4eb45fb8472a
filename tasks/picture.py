"""The timeline and the latest report as artifacts in the Prefect UI."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact, create_table_artifact
from sqlalchemy.orm import Session

from kitart.installation import installation
from kitart.journal import documents, incidents, timeline
from tasks.steps import step


def newer_than(session: Session, incident: str, shown: int) -> bool:
    """Whether the timeline has grown since it was last shown."""
    return incidents.get(session, incident).entries > shown


@step("show the timeline and the report")
def show(incident: str, shown: int) -> int:
    """Put the timeline and the newest report up; returns how many entries are shown."""
    inst = installation()
    with inst.journal.read() as session:
        row = incidents.get(session, incident)
        entries = timeline.entries(session, incident)
        reports = documents.of_incident(session, incident)
    if len(entries) <= shown:
        return shown
    create_table_artifact(
        [
            {"#": e.seq, "occurred (UTC)": f"{e.occurred_at:%Y-%m-%d %H:%M:%S}",
             "event": e.type, "what": e.text, "by": e.author}
            for e in entries
        ],
        key=f"{incident.lower()}-timeline",
        description=f"{incident}: {row.title}, {row.state}. Newest entry: {entries[-1].text}",
    )  # fmt: skip
    if reports:
        newest = reports[-1]
        create_markdown_artifact(
            f"# {newest.subject}\n\n*{newest.state}, version {newest.version}*\n\n{newest.text}",
            key=f"{incident.lower()}-report",
            description=f"The newest report of {incident}: {newest.state}",
        )
    return len(entries)
