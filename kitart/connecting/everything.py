"""All checks of an installation, and which of them were asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from kitart.connecting import (
    chats,
    heartbeat,
    house,
    inputs,
    lines,
    messages,
    microsoft,
    monitoring,
    own_phones,
    phones,
)
from kitart.connecting.check import Check
from kitart.connectors.asterisk import Asterisk
from kitart.connectors.vcc_live import VccLive
from kitart.installation import Installation
from kitart.orchestrator import PrefectSeen, look_at_prefect
from kitart.plan.problems import PlanError
from kitart.plan.schema import Plan

CONNECTIONS = (
    house.PLAN, house.JOURNAL, house.PREFECT, house.GATEWAY, microsoft.NAME, phones.NAME,
    lines.NAME, messages.SMS, messages.SMTP, messages.VOICE, chats.CHAT, monitoring.NAME,
    inputs.NAME, heartbeat.NAME,
)  # fmt: skip


class UnknownName(ValueError):
    """Something was asked for that is no connection and no check; the message lists the right."""


def all_checks(
    inst: Installation,
    *,
    test_to: str = "",
    other_mailbox: str = "",
    prefect: Callable[[], PrefectSeen] = look_at_prefect,
    gateway_ca_file: Path | None = None,
) -> list[Check]:
    """Every check, grouped by connection. Makes no connection yet.

    ``test_to`` is an address that gets a test mail by each way (each chat gets a test message
    then, too); ``other_mailbox`` one that we must not be allowed to send as.
    """
    settings = inst.settings
    plan = _plan(inst)
    current = partial(_the_plan, plan)
    tenant = microsoft.MicrosoftChecks(settings.microsoft, inst.microsoft, other_mailbox).checks()
    if test_to:
        key = f"connect-check-{secrets.token_hex(4)}"
        tenant.append(microsoft.mail_to(inst.microsoft, test_to, key))
    return [
        *house.plan_checks(settings.config_dir, inst.clock, inst.journal),
        *house.journal_checks(inst.journal),
        *house.prefect_checks(prefect),
        *house.gateway_checks(settings, gateway_ca_file),
        *tenant,
        *_phone_checks(inst, current),
        *lines.line_checks(settings.sip, inst.line_prober, current),
        *messages.sms_checks(settings.sms, inst.sms),
        *messages.smtp_checks(settings.smtp, inst.smtp, test_to),
        *messages.voice_checks(current, settings.sms),
        *chats.chat_checks(settings.chat, inst.teams, inst.chats, current, send=bool(test_to)),
        *monitoring.monitoring_checks(settings, inst.journal, plan),
        *inputs.input_checks(settings, inst.journal, plan),
        *heartbeat.heartbeat_checks(settings, inst.journal),
    ]


def _phone_checks(inst: Installation, plan: Callable[[], Plan]) -> list[Check]:
    """Those of the phone system that the settings name."""
    settings = inst.settings
    if settings.phone_system == "asterisk":
        asterisk = Asterisk(settings.asterisk, clock=inst.clock)
        return own_phones.AsteriskChecks(settings, asterisk, plan, inst.clock).checks()
    vcc = VccLive(settings.vcc, inst.routing, clock=inst.clock)
    return phones.PhoneChecks(settings, vcc, plan, inst.clock).checks()


def chosen(checks: Sequence[Check], only: Sequence[str]) -> list[Check]:
    """The checks of the connections (or single ``connection/check``) named; all for none named.

    Raises ``UnknownName``.
    """
    if not only:
        return list(checks)
    known = {*CONNECTIONS, *(check.id for check in checks)}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise UnknownName(
            f"--only is {unknown[0]!r}; right would be one of {', '.join(CONNECTIONS)}, or a "
            "single check such as microsoft/site"
        )
    return [check for check in checks if check.connection in only or check.id in only]


def secrets_of(part: BaseModel) -> Iterator[str]:
    """Every secret that the settings hold, also the one in the database's address."""
    for name, value in part:
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, BaseModel):
            yield from secrets_of(value)
        elif isinstance(value, dict):
            yield from (v.get_secret_value() for v in value.values() if isinstance(v, SecretStr))
        elif name == "database_url":
            yield urlsplit(value).password or ""


def _plan(inst: Installation) -> Plan | None:
    try:
        return inst.current_plan()
    except PlanError:
        return None


def _the_plan(plan: Plan | None) -> Plan:
    if plan is None:
        raise PlanError([])
    return plan
