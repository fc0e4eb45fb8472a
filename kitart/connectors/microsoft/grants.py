"""What the tenant lets us do and what is set up on the site, found out without doing harm.

For an operator who connects Kitart; nothing here is asked for while an incident is carried out.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from kitart.connectors.http import ServiceRefused
from kitart.connectors.microsoft.columns import kind_of
from kitart.connectors.microsoft.graph import Graph, member, segment
from kitart.connectors.microsoft.sharepoint import ListRows, Site

PROBE_ROW = "probe"
"""What the row says that the write probe leaves for a moment."""


class Grants:
    """Every method raises ``ConnectorError`` with the refusal; the first word is the sign-on's."""

    def __init__(self, graph: Graph, site: Site, probe_rows: ListRows) -> None:
        self._graph = graph
        self._site = site
        self._probe_rows = probe_rows

    def roles(self) -> frozenset[str] | None:
        """Sign on; the application permissions that the token carries.

        None for a token that is no JWT: Microsoft promises no form of it to us, so this is for
        people to look at, and nothing that Kitart does depends on it.
        """
        return roles_in(self._graph.token())

    def find_site(self) -> str:
        """The site's id."""
        return self._site.read()

    def columns(self, list_name: str) -> dict[str, str]:
        """The list's columns that can be written: internal name to kind (``text``, ``dateTime``,
        …, or empty where Graph names none)."""
        path = f"{self._site.address()}/lists/{segment(list_name)}/columns"
        return self._columns(path)

    def library_columns(self) -> dict[str, str]:
        """The same of the document library's files."""
        return self._columns(f"{self._site.address()}/drive/list/columns")

    def _columns(self, path: str) -> dict[str, str]:
        found = self._graph.read_all(path)
        return {member(each, "name"): kind_of(each) for each in found if not each.get("readOnly")}

    def find_library(self) -> str:
        """The address of the site's default document library."""
        found = self._graph.read(f"{self._site.address()}/drive")
        return str(found.get("webUrl") or member(found, "id"))

    def write(self) -> None:
        """Write one row to the probe list and delete it: what Kitart's own probe does (E42)."""
        row = self._probe_rows.create({"Title": PROBE_ROW})
        self._probe_rows.delete(row.item_id)

    def may_send_as(self, mailbox: str) -> None:
        """Ask to send a mail to nobody, which no server can carry out: nothing is sent.

        Returns where the mail was refused for having no recipient, so that the permission is
        there; raises ``ServiceRefused`` (403: not allowed; 404: no such mailbox) otherwise.
        """
        nobody: dict[str, Any] = {
            "message": {
                "subject": "Kitart asks whether it may send",
                "body": {"contentType": "text", "content": ""},
                "toRecipients": [],
            },
            "saveToSentItems": False,
        }
        try:
            self._graph.call(
                "POST", f"/users/{segment(mailbox)}/sendMail", json=nobody, expected=(202,)
            )
        except ServiceRefused as refusal:
            if refusal.status != 400:
                raise

    def announced_services(self) -> int:
        """Of how many services Microsoft announces the health to us."""
        overviews = self._graph.read("/admin/serviceAnnouncement/healthOverviews")
        return len(member(overviews, "value", list))


def roles_in(token: str) -> frozenset[str] | None:
    """The ``roles`` of a JWT, whose signature is not ours to check; None if it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except ValueError:
        return None
    if not isinstance(claims, dict):
        return None
    roles = claims.get("roles", [])
    return frozenset(map(str, roles)) if isinstance(roles, list) else None
