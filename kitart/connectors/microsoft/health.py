"""What Microsoft announces about SharePoint Online; it can lag behind what is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from kitart.connectors.errors import ConnectorError
from kitart.connectors.microsoft.graph import Graph

SERVICE = "SharePoint Online"
AnnouncedState = Literal["up", "degraded", "down", "unknown"]
STATES: dict[str, AnnouncedState] = {
    "serviceoperational": "up",
    "servicerestored": "up",
    "falsepositive": "up",
    "serviceinterruption": "down",
    "servicedegradation": "degraded",
    "investigating": "degraded",
    "restoringservice": "degraded",
    "verifyingservice": "degraded",
    "extendedrecovery": "degraded",
}
"""By Microsoft's word in lower case: its documents and its metadata differ in the first letter."""


@dataclass(frozen=True)
class Announcement:
    """Microsoft's own ``word``, our reading of it, and the open issues by id and title."""

    state: AnnouncedState
    word: str
    issue_ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    detail: str = ""


def announced_health(graph: Graph, service: str = SERVICE) -> Announcement:
    """The announcement for ``service``; unknown, with the reason, if it can't be read."""
    try:
        overviews = list(
            graph.read_all(
                "/admin/serviceAnnouncement/healthOverviews", params={"$expand": "issues"}
            )
        )
    except ConnectorError as error:
        return Announcement(
            "unknown", "", detail=f"Microsoft's word can't be read: {error.message}"
        )
    for overview in overviews:
        if overview.get("service") == service:
            return _read(overview, service)
    return Announcement("unknown", "", detail=f"Microsoft announces nothing about {service}")


def _read(overview: dict[str, Any], service: str) -> Announcement:
    word = str(overview.get("status") or "")
    state = STATES.get(word.lower(), "unknown")
    issues = [issue for issue in overview.get("issues") or [] if not issue.get("isResolved")]
    return Announcement(
        state,
        word,
        tuple(str(issue.get("id")) for issue in issues),
        tuple(str(issue.get("title")) for issue in issues),
        f"Microsoft announces {word or 'no word'} for {service}",
    )
