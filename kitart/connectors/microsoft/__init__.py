"""The Microsoft 365 tenant: SharePoint, mail and Microsoft's own announcements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitart.connectors.attachment import Attachment
from kitart.connectors.microsoft.columns import Column
from kitart.connectors.microsoft.grants import Grants
from kitart.connectors.microsoft.graph import Graph
from kitart.connectors.microsoft.health import Announcement, announced_health
from kitart.connectors.microsoft.mail import MailAccepted, send_mail
from kitart.connectors.microsoft.probe import ProbeResult, ProbeStep, probe
from kitart.connectors.microsoft.sharepoint import ListRows, RowRef, Site
from kitart.connectors.microsoft.tokens import CredentialsRefused
from kitart.connectors.microsoft.upload import FileStamp, Library, UploadedFile
from kitart.settings import MicrosoftSettings

__all__ = [
    "Announcement",
    "Column",
    "CredentialsRefused",
    "FileStamp",
    "Grants",
    "MailAccepted",
    "MicrosoftTenant",
    "ProbeResult",
    "ProbeStep",
    "RowRef",
    "UploadedFile",
]


class MicrosoftTenant:
    """All that Kitart asks of the tenant; built without network, safe for several threads.

    Every method but ``probe``, ``announced_health`` and ``rest_s`` raises ``ConnectorError``:
    permanent when asking again can't help. Mail, SharePoint and sign-on fail together (E44): see
    that nothing urgent depends on this class alone.
    """

    def __init__(self, settings: MicrosoftSettings) -> None:
        self._settings = settings
        self._graph = Graph(settings)
        self._site = Site(self._graph, settings)
        self._register = ListRows(self._graph, self._site, settings.register_list)
        self._probe_rows = ListRows(self._graph, self._site, settings.probe_list)
        self._library = Library(self._graph, self._site)
        self._seen_down: ProbeResult | None = None
        self.grants = Grants(self._graph, self._site, self._probe_rows)

    def probe(self) -> ProbeResult:
        """Whether SharePoint works for us: token, site read, list write and delete (E42).

        Asked to wait after a failure: what was last seen is the best that is known.
        """
        found = probe(self._graph, self._site, self._probe_rows)
        if found.paused and self._seen_down is not None:
            return self._seen_down
        self._seen_down = found if found.state == "down" else None
        return found

    def rest_s(self) -> float:
        """Seconds for which Graph still wants to be left alone; 0 for none."""
        return self._graph.rest_s()

    def announced_health(self) -> Announcement:
        """What Microsoft says about SharePoint Online; an unknown word is never up."""
        return announced_health(self._graph)

    def upsert_register_row(
        self,
        incident_number: str,
        fields: Mapping[str, str | int | float | None],
        known: RowRef | None,
    ) -> RowRef:
        """Write the incident's row in the register; at most one row a number.

        The number is the built-in column ``Title``; the other columns must be there already.
        Without ``known`` (or when that row is gone) the row is looked up by number before one
        is created, so a repeat after a lost answer finds it. If somebody changed it meanwhile
        (412) it is read again and written once more; ``note`` of the answer says what was lost.
        """
        return self._register.upsert(incident_number, fields, known)

    def upload(self, path: str, content: bytes, content_type: str) -> UploadedFile:
        """Write a new file to the site's library under ``path``; none is ever written over.

        Up to 4 MB in one call, above that in pieces that go on after a failure. Repeating it is
        harmless: a file that holds the same is taken for ours. Where another one has the name,
        ours goes beside it, which the answer says (``beside``).
        """
        return self._library.upload(path, content, content_type)

    def describe(
        self,
        item_id: str,
        values: Mapping[str, str | int | bool | None],
        columns: Sequence[Column],
    ) -> tuple[str, ...]:
        """Write a file's columns; the names of those that the library lacks or has of another kind,
        and that were left out. ``columns`` are the definitions of ``values``."""
        return self._library.describe(item_id, values, columns)

    def file_stamp(self, path: str) -> FileStamp | None:
        """When the file at ``path`` in the site's library was last changed; ``None`` for none."""
        return self._library.stamp(path)

    def send_mail(
        self,
        to: Sequence[str],
        subject: str,
        html: str | None,
        text: str,
        *,
        message_key: str,
        attachments: Sequence[Attachment] = (),
    ) -> MailAccepted:
        """Send one mail to all of ``to`` from our mailbox: the HTML if there is one, else text.

        Accepted is not delivered, and Graph does not recognise a repeat: the key travels in the
        header ``x-kitart-key`` for people and filters, not for Graph (D8, decision 3).
        ``attachments`` of more than 3 MB in all are refused before any call.
        """
        return send_mail(
            self._graph, self._settings.mailbox, to, subject, html, text, message_key, attachments
        )
