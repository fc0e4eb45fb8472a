"""How a system is looked at from our side, and where its maker announces its state (R43)."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from kitart.plan.values import Part, Text

Port = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:-]+$")]


class HttpsProbe(Part):
    """A web page that must answer with a status, and may have to hold a text."""

    kind: Literal["https"]
    url: str
    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = Field(default=(200,), min_length=1)
    text: Text | None = Field(default=None, description="Must stand in the answer")
    certificate_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=None, description="A word in the look when the certificate ends sooner"
    )

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        if not is_https(value):
            raise ValueError(f"{value!r} is no https address; right would be https://crm.example/")
        return value


class TcpProbe(Part):
    """A port that must take a connection."""

    kind: Literal["tcp"]
    host: Host
    port: Port


class DnsProbe(Part):
    """A name that must be found; with ``address``, as this address too."""

    kind: Literal["dns"]
    name: Host
    address: Host | None = None


class SmtpProbe(Part):
    """A mail server that must greet."""

    kind: Literal["smtp"]
    host: Host
    port: Port = 25


OwnProbe = HttpsProbe | TcpProbe | DnsProbe | SmtpProbe
Probe = Literal["vcc", "sharepoint"] | Annotated[OwnProbe, Field(discriminator="kind")]
"""The two key systems by name, any other by what is tried."""


class Statuspage(Part):
    """A maker's Statuspage: the address of its ``status.json``."""

    kind: Literal["statuspage"]
    url: str

    @field_validator("url")
    @classmethod
    def _https(cls, value: str) -> str:
        if not is_https(value):
            raise ValueError(
                f"{value!r} is no https address; right would be "
                "https://status.maker.example/api/v2/status.json"
            )
        return value


VendorStatus = Literal["microsoft"] | Statuspage
"""Where the maker announces its state: it is recorded beside our look and decides nothing."""


def is_https(url: str) -> bool:
    """Whether it is an https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False
