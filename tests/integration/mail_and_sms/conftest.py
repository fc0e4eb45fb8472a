"""An SMS gateway and a mail relay on loopback, and our clients for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.connectors.http import host_pauses
from kitart.connectors.sms import SmsGateway
from kitart.connectors.smtp import SmtpRelay
from kitart.settings import SmsSettings, SmtpSettings
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.sms import sms_app
from sandbox.sms_state import SmsState
from sandbox.smtp import SandboxSmtp, SmtpState
from sandbox.tls import Certificate, issue_certificate


@dataclass
class Sms:
    """The gateway's switches, and our client for it."""

    state: SmsState
    faults: Faults
    url: str
    settings: SmsSettings
    gateway: SmsGateway


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return issue_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def sms() -> Iterator[Sms]:
    state, faults = SmsState(), Faults()
    host_pauses.forget()
    with SandboxServer(sms_app(state, faults)) as server:
        settings = SmsSettings(
            base_url=server.url,
            account=state.account,
            token=SecretStr(state.token),
            sender="+3670000000",
        )
        gateway = SmsGateway(settings, timeout_s=(1.0, 1.0))
        yield Sms(state, faults, server.url, settings, gateway)
        gateway.close()
    host_pauses.forget()


@pytest.fixture
def relay(certificate: Certificate) -> Iterator[tuple[SmtpRelay, SmtpState, SmtpSettings]]:
    """A relay that asks for STARTTLS and sign-in."""
    state = SmtpState(user="kitart", password="sandbox")
    with SandboxSmtp(state, tls=certificate) as server:
        settings = SmtpSettings(
            host=server.host,
            port=server.port,
            user=state.user,
            password=SecretStr(state.password),
            ca_file=certificate.ca_file,
            sender="continuity@example.org",
        )
        yield SmtpRelay(settings, timeout_s=1.0), state, settings


@pytest.fixture
def mail() -> dict[str, Any]:
    """A mail to be sent, with letters beyond ASCII."""
    return {
        "to": "am-1@example.org",
        "subject": "GYAKORLAT: döntést kérünk – INC-0142",
        "html": "<p>Kérjük, <b>döntsön</b>: <a href='http://127.0.0.1/q/1?a=1&amp;b=2'>itt</a></p>",
        "text": "Kérjük, döntsön: http://127.0.0.1/q/1?a=1&b=2\n",
        "message_key": "INC-0142/ask-level/AM-1/mail/1",
    }
