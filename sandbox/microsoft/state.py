"""What the stand-in tenant holds; readable and writable from outside."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from kitart.clock import monotonic_s, real_now
from kitart.settings import MicrosoftSettings
from sandbox.letters import Enclosure

SERVICES = {
    "SharePoint Online": "SharePoint",
    "Exchange Online": "Exchange",
    "Microsoft Teams": "microsoftteams",
    "Microsoft Entra": "OrgLiveID",
}


@dataclass
class Row:
    """A list item."""

    id: str
    fields: dict[str, Any]
    created: datetime
    modified: datetime
    guid: str = field(default_factory=lambda: str(uuid.uuid4()))
    version: int = 1

    @property
    def etag(self) -> str:
        return f'"{self.guid},{self.version}"'


@dataclass
class SharePointList:
    """A list; with ``columns`` given (name to kind), other fields are refused, as SharePoint does,
    and so are values that a column's kind does not take."""

    name: str
    columns: dict[str, str] | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created: datetime = field(default_factory=real_now)
    rows: dict[str, Row] = field(default_factory=dict)
    next_id: int = 1

    def column_kinds(self) -> dict[str, str]:
        """Title, then the others: those given, or those seen, which are text."""
        if self.columns is not None:
            return {"Title": "text", **self.columns}
        seen = (name for row in self.rows.values() for name in row.fields)
        return dict.fromkeys(("Title", *seen), "text")

    def add(self, fields: dict[str, Any]) -> Row:
        now = real_now()
        row = Row(str(self.next_id), dict(fields), now, now)
        self.next_id += 1
        self.rows[row.id] = row
        return row

    def change(self, row: Row, fields: dict[str, Any]) -> None:
        row.fields.update(fields)
        row.version += 1
        row.modified = real_now()


@dataclass
class StoredFile:
    """A file in the site's document library."""

    path: str
    content: bytes
    content_type: str
    created: datetime
    modified: datetime
    id: str = field(default_factory=lambda: f"01{uuid.uuid4().hex[:24].upper()}")
    guid: str = field(default_factory=lambda: str(uuid.uuid4()).upper())
    version: int = 1
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        return f'"{{{self.guid}}},{self.version}"'


@dataclass
class UploadSession:
    """A large file on its way."""

    path: str
    expires: datetime
    behavior: str = "replace"
    content: bytearray = field(default_factory=bytearray)
    total: int | None = None


@dataclass(frozen=True)
class DeliveredMail:
    """A mail in the in-memory mailbox."""

    id: str
    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    content_type: str
    content: str
    headers: dict[str, str]
    received: datetime
    attachments: tuple[Enclosure, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "attachments": [one.as_json() for one in self.attachments]}


@dataclass(frozen=True)
class Exchange:
    """One call to Graph and its answer, for tests that check bodies."""

    method: str
    path: str
    sent: Any
    status: int
    answered: Any


@dataclass
class TenantState:
    """The tenant; every field may be set before the server starts, or while it runs.

    ``roles`` are the application's permissions in Entra, ``site_role`` what it was given on the
    site, ``may_send_as`` the mailboxes that Exchange alone lets it send from. ``person_scopes`` are
    what a person who signs in with a code consents to, ``person_role`` what they may do on the
    site; ``person_pending`` is how often Entra says that
    they have not yet, ``person_refuses`` the error that it ends with instead.
    """

    tenant: str = "kitart-sandbox.example"
    client_id: str = "11111111-2222-4333-8444-555555555555"
    client_secret: str = "sandbox-secret"
    site_host: str = "kitart-sandbox.sharepoint.example"
    site_path: str = "sites/continuity"
    register_list: str = "Incidents"
    probe_list: str = "KitartProbe"
    mailbox: str = "continuity@kitart.example"
    roles: tuple[str, ...] = ("Sites.Selected", "ServiceHealth.Read.All")
    site_role: Literal["", "read", "write", "manage", "fullcontrol"] = "write"
    person_scopes: tuple[str, ...] = ("Sites.Manage.All",)
    person_role: Literal["", "read", "write", "manage", "fullcontrol"] = "fullcontrol"
    person_pending: int = 1
    person_refuses: str = ""
    public_client: bool = True
    device_codes: set[str] = field(default_factory=set)
    persons_tokens: set[str] = field(default_factory=set)
    may_send_as: set[str] = field(default_factory=set)
    token_life_s: int = 3600
    refresh_in_s: int | None = None
    tokens: dict[str, float] = field(default_factory=dict)
    tokens_issued: int = 0
    lists: dict[str, SharePointList] = field(default_factory=dict)
    library: SharePointList = field(default_factory=lambda: SharePointList("Documents", {}))
    folders: set[str] = field(default_factory=set)
    files: dict[str, StoredFile] = field(default_factory=dict)
    downloads: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, UploadSession] = field(default_factory=dict)
    mailboxes: set[str] = field(default_factory=set)
    mail: list[DeliveredMail] = field(default_factory=list)
    health: dict[str, str] = field(default_factory=dict)
    issues: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.site_id = f"{self.site_host},{uuid.uuid4()},{uuid.uuid4()}"
        self.drive_id = f"b!{uuid.uuid4().hex}"
        self.mailboxes.add(self.mailbox)
        self.may_send_as.add(self.mailbox)
        for name in (self.register_list, self.probe_list):
            self.lists.setdefault(name, SharePointList(name))
        for service in SERVICES:
            self.health.setdefault(service, "serviceOperational")

    @property
    def site_url(self) -> str:
        return f"https://{self.site_host}/{self.site_path}"

    def settings(self, url: str, ca_file: Path | None) -> MicrosoftSettings:
        """The connector's settings for this tenant served at ``url``."""
        return MicrosoftSettings(
            tenant=self.tenant,
            client_id=self.client_id,
            client_secret=SecretStr(self.client_secret),
            authority=url,
            graph_url=url,
            ca_file=ca_file,
            site_host=self.site_host,
            site_path=self.site_path,
            register_list=self.register_list,
            probe_list=self.probe_list,
            mailbox=self.mailbox,
        )

    def list_named(self, name: str) -> SharePointList | None:
        """A list by name or id."""
        wanted = name.lower()
        lists = (*self.lists.values(), self.library)
        fits = (one for one in lists if wanted in (one.name.lower(), one.id))
        return next(fits, None)

    def issue_token(self) -> str:
        """A token of the application's own."""
        return self._issued({"roles": list(self.roles)})

    def issue_persons_token(self) -> str:
        """A token of a person who signed in."""
        token = self._issued({"scp": " ".join(self.person_scopes)})
        self.persons_tokens.add(token)
        return token

    def _issued(self, rights: dict[str, Any]) -> str:
        claims = {"appid": self.client_id, **rights, "uti": uuid.uuid4().hex}
        token = ".".join((_jwt_part({"typ": "JWT", "alg": "none"}), _jwt_part(claims), "unsigned"))
        self.tokens[token] = monotonic_s() + self.token_life_s
        self.tokens_issued += 1
        return token

    def accepts(self, token: str) -> bool:
        """Whether ``token`` was issued here and has not ended."""
        return self.tokens.get(token, 0.0) > monotonic_s()

    def announce(self, word: str, service: str = "SharePoint Online", title: str = "") -> None:
        """Let Microsoft announce ``word``, with an open issue if it has a title."""
        self.health[service] = word
        self.issues[service] = [_issue(service, word, title)] if title else []

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder: made as such, or above a file."""
        wanted = path.strip("/").lower()
        return wanted in self.folders or any(key.startswith(f"{wanted}/") for key in self.files)

    def store(self, path: str, content: bytes, content_type: str) -> tuple[StoredFile, bool]:
        """The file as stored, and whether it is new; paths differ without regard to case."""
        now = real_now()
        old = self.files.get(path.lower())
        if old is None:
            file = StoredFile(path, content, content_type, now, now)
            self.files[path.lower()] = file
            return file, True
        old.content, old.content_type, old.modified = content, content_type, now
        old.version += 1
        return old, False


def _jwt_part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def moment(value: datetime) -> str:
    """A moment as Graph writes it."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _issue(service: str, word: str, title: str) -> dict[str, Any]:
    now = moment(real_now())
    return {
        "id": "SP100001",
        "title": title,
        "service": service,
        "status": word,
        "classification": "incident",
        "origin": "microsoft",
        "feature": "Sites",
        "featureGroup": "SharePoint",
        "impactDescription": title,
        "isResolved": False,
        "startDateTime": now,
        "lastModifiedDateTime": now,
        "endDateTime": None,
        "details": [],
        "posts": [],
    }
