"""The only place that reads the environment.

Each setting is ``KITART_<NAME>``, parts of a group after two underscores
(``KITART_MICROSOFT__TENANT``). A secret may also come from a file of that name in the folder
``KITART_SECRETS_DIR``.
"""

from __future__ import annotations

import os
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import (
    BaseModel,
    Field,
    HttpUrl,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from kitart.clock import Clock, SteadyClock, as_utc

HOUSE = Path(__file__).resolve().parents[1]


class MicrosoftSettings(BaseModel):
    """The Microsoft 365 tenant: sign-on, SharePoint and mail."""

    tenant: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    authority: str = "https://login.microsoftonline.com"
    graph_url: str = "https://graph.microsoft.com"
    ca_file: Path | None = Field(default=None, description="Trusted roots; else the system's own")
    site_host: str = Field(default="", description="e.g. company.sharepoint.com")
    site_path: str = Field(default="", description="e.g. sites/continuity")
    register_list: str = Field(default="Incidents", description="List with a row per incident")
    probe_list: str = Field(default="KitartProbe", description="List that probes write to")
    mailbox: str = Field(default="", description="User that mail is sent as")

    @property
    def configured(self) -> bool:
        """Whether the tenant can be spoken to at all."""
        return bool(self.tenant and self.client_id and self.client_secret.get_secret_value())


class VccSettings(BaseModel):
    """The VCC Live account and the secret in our IVR webhook's address."""

    base_url: str = ""
    user: str = ""
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None
    ivr_secret: SecretStr = SecretStr("")


class AsteriskSettings(BaseModel):
    """A telephone system of one's own: Asterisk's web server, with one user in manager.conf and
    ari.conf alike."""

    base_url: str = ""
    user: str = ""
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None
    phones: str = Field(default="AG-*", description="Which endpoints are agents' phones")
    private: str = Field(
        default="private/kitart",
        description="Folder under /static/ with call records and voicemail; empty: none is given",
    )


class SipSettings(BaseModel):
    """A SIP trunk or account by which Kitart calls the company's own lines, to hear them."""

    server: str = Field(default="", description="host:port, over UDP; empty: people call")
    domain: str = Field(default="", description="Of the addresses; empty: the server's host")
    user: str = ""
    password: SecretStr = SecretStr("")
    caller: str = Field(default="", description="Number that the test calls come from")
    own_address: str = Field(default="", description="IPv4 of ours; empty: what leads there")
    recordings: Path | None = Field(
        default=None, description="Folder with what lines sound like: box-de.wav, queue-de.wav"
    )

    @field_validator("server")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and (not host or not port.isdecimal() or not 1 <= int(port) <= 65535):
            raise ValueError(f"{value!r} is no host:port; right would be sip.example:5060")
        return value

    def is_ours(self, number: str) -> bool:
        """Whether a call from this number is a test call of ours, and no caller's."""
        return bool(self.caller) and number.lstrip("+") == self.caller.lstrip("+")


class SmsSettings(BaseModel):
    """A Twilio-compatible SMS gateway."""

    base_url: str = "https://api.twilio.com"
    account: str = ""
    token: SecretStr = SecretStr("")
    sender: str = ""
    caller: str = Field(default="", description="Number that calls come from; empty: no calls")
    replies: bool = Field(
        default=False, description="Whether replies reach /twilio/sms: texts then invite them"
    )
    ca_file: Path | None = None


class SmtpSettings(BaseModel):
    """The second way for mail, outside the Microsoft tenant."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: SecretStr = SecretStr("")
    starttls: bool = True
    ca_file: Path | None = None
    sender: str = ""


class ChatSettings(BaseModel):
    """Chat addresses under the names that the plan gives them; each is a secret as a whole."""

    teams: dict[str, SecretStr] = Field(
        default_factory=dict, description="Name to the https address of a Teams workflow"
    )
    apprise: dict[str, SecretStr] = Field(
        default_factory=dict, description="Name to an Apprise address of any other chat"
    )
    ca_file: Path | None = Field(default=None, description="Trusted roots for Teams workflows")


class RetentionSettings(BaseModel):
    """How long what names people is kept after an incident is closed; 0: nothing falls due.

    Nothing is erased by itself: ``kitart evidence retain`` says what is due.
    """

    personal_days: int = Field(
        default=0, ge=0, description="Messages, replies, who was out and why"
    )
    call_log_days: int = Field(default=0, ge=0, description="Calls logged by hand: callers' data")


class HealthSettings(BaseModel):
    """Our own look at systems each minute."""

    references: tuple[str, ...] = Field(
        default=(),
        description="host:port of hosts that have nothing to do with the systems: where none of "
        "them answers, our own line is at fault",
    )
    ca_file: Path | None = Field(default=None, description="Trusted roots for https looks")

    @field_validator("references")
    @classmethod
    def _host_and_port(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            host, _, port = each.rpartition(":")
            if not host or not port.isdecimal() or not 1 <= int(port) <= 65535:
                raise ValueError(f"{each!r} is no host:port; right would be 192.0.2.1:443")
        return value


class HeartbeatSettings(BaseModel):
    """Where a sign of life goes while everything vital of ours works."""

    url: SecretStr = Field(default=SecretStr(""), description="Empty: none is sent")
    method: Literal["get", "post"] = "get"
    every_s: float = Field(default=60.0, ge=1, le=3600, description="Real seconds")
    timeout_s: float = Field(default=5.0, gt=0, le=30)
    ca_file: Path | None = None
    watch_late_s: float = Field(
        default=180.0, gt=0, description="Real seconds after which the health watch is too old"
    )
    least_free_mb: int = Field(default=500, ge=1, description="Free space on the journal's disk")
    messages_late_minutes: int = Field(default=10, ge=1, description="A message unsent so long")
    most_messages_late: int = Field(default=5, ge=0, description="More than so many pile up")

    @field_validator("url")
    @classmethod
    def _an_address(cls, value: SecretStr) -> SecretStr:
        # The address is the secret: the error must not repeat it.
        if value.get_secret_value() and not value.get_secret_value().startswith(
            ("https://", "http://127.0.0.1", "https://127.0.0.1")
        ):
            raise ValueError("is no https address; right would be https://hc.example/ping/<id>")
        return value


class MetricsSettings(BaseModel):
    """Who may read ``/metrics``: with a token whoever sends it, without one this machine alone."""

    token: SecretStr = Field(default=SecretStr(""), description="16 letters or more")
    networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(ip_network("127.0.0.0/8"), ip_network("::1/128")),
        description="From where it may be read without a token",
    )

    @field_validator("token")
    @classmethod
    def _not_guessed(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("the token is short; right would be 16 letters or more")
        return value


class Settings(BaseSettings):
    """All of Kitart's settings."""

    model_config = SettingsConfigDict(
        env_prefix="KITART_", env_nested_delimiter="__", extra="ignore"
    )

    mode: Literal["production", "sandbox"] = "production"
    config_dir: Path = HOUSE / "config"
    templates_dir: Path = HOUSE / "templates"
    data_dir: Path = HOUSE / "var"
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in data_dir")
    secret_key: SecretStr = Field(default=SecretStr(""), description="Signs the links")
    pdf: bool = Field(default=True, description="Whether reports are made as PDF beside the HTML")
    gateway_url: str = Field(default="http://127.0.0.1:8090", description="What links begin with")
    prefect_ui_url: str = ""
    webhook_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    input_secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description="What each input's sender proves itself with"
    )
    input_hosts: tuple[str, ...] = Field(
        default=(), description="Hosts that may be asked whether an input has changed"
    )
    inputs_ca_file: Path | None = Field(default=None, description="Trusted roots for these hosts")
    clock_speed: float = Field(default=1.0, gt=0, le=1000)
    clock_anchor: datetime | None = None
    clock_start: datetime | None = None
    microsoft: MicrosoftSettings = MicrosoftSettings()
    phone_system: Literal["vcc_live", "asterisk"] = Field(
        default="vcc_live", description="Which telephone system the plan's VCC is"
    )
    vcc: VccSettings = VccSettings()
    asterisk: AsteriskSettings = AsteriskSettings()
    sip: SipSettings = SipSettings()
    sms: SmsSettings = SmsSettings()
    smtp: SmtpSettings = SmtpSettings()
    chat: ChatSettings = ChatSettings()
    retention: RetentionSettings = RetentionSettings()
    health: HealthSettings = HealthSettings()
    heartbeat: HeartbeatSettings = HeartbeatSettings()
    metrics: MetricsSettings = MetricsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over secret files; of these, the parts of groups are read too."""
        folder = os.environ.get("KITART_SECRETS_DIR")
        sources = (init_settings, env_settings)
        if not folder:
            return sources
        files = NestedSecretsSettingsSource(
            file_secret_settings,
            secrets_dir=folder,
            secrets_dir_missing="error",
            secrets_prefix="KITART_",
            secrets_nested_delimiter="__",
        )
        return (*sources, files)

    @field_validator("clock_anchor", "clock_start")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return None if value is None else as_utc(value)

    @field_validator("gateway_url")
    @classmethod
    def _a_url(cls, value: str) -> str:
        try:
            HttpUrl(value)
        except ValueError:
            raise ValueError(
                f"{value!r} is no address; right would be https://kitart.example or "
                "http://127.0.0.1:8090"
            ) from None
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_is_real(self) -> Settings:
        if self.mode == "production" and (self.clock_speed != 1 or self.clock_start is not None):
            raise ValueError(
                f"clock_speed is {self.clock_speed}, clock_start is {self.clock_start}: "
                "production runs on real time (clock_speed 1, no clock_start)"
            )
        if self.clock_anchor is None and (self.clock_speed != 1 or self.clock_start is not None):
            raise ValueError(
                "clock_anchor is missing: a clock with a speed or start of its own needs the "
                "moment it began"
            )
        return self

    @property
    def journal_url(self) -> str:
        """The journal's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'journal.db'}"

    def clock(self) -> Clock:
        """The plan's clock as these settings have it."""
        if self.clock_anchor is None and self.clock_start is None:
            return SteadyClock()
        return SteadyClock(self.clock_speed, self.clock_anchor, self.clock_start)


def keep_slots_of_looks_on_disk() -> None:
    """Prefect's server, started from this process, keeps on disk which look of each minute is at
    work, unless the environment says where: in its memory, as it does by itself, a power cut would
    leave that one at work for ever, and all later ones cancelled (D21)."""
    os.environ.setdefault(
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
        "prefect.server.concurrency.lease_storage.filesystem",
    )


def load_settings() -> Settings:
    """Settings from the environment and the folder of secrets.

    Raises ``pydantic.ValidationError`` naming each bad one, ``SettingsError`` for a group that is
    not JSON or a folder of secrets that is not there.
    """
    return Settings()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read once."""
    return load_settings()
