"""The ways for messages beside the tenant: SMS, the second way for mail, voice."""

from __future__ import annotations

from collections.abc import Callable

from kitart.connecting.addresses import in_the_clear
from kitart.connecting.check import Check, Found, failed, missing, ok, warning
from kitart.connectors.http import ServiceRefused
from kitart.connectors.sms import SmsGateway
from kitart.connectors.smtp import SmtpRelay
from kitart.plan.schema import Plan
from kitart.settings import SmsSettings, SmtpSettings

SMS, SMTP, VOICE = "sms", "smtp", "voice"
CONNECTORS = frozenset({"sms", "graph_mail", "smtp", "voice", "teams", "apprise"})
"""What can carry a message today (``kitart.messaging.channels``)."""
MICROSOFT_MAIL = (".outlook.com", ".office365.com", ".office.com")
STEP_7, STEP_8 = "Set them (docs/connect.md, step 7).", "Set them (docs/connect.md, step 8)."


def sms_checks(settings: SmsSettings, gateway: SmsGateway) -> list[Check]:
    """The account at the SMS gateway; nothing is sent."""

    def look() -> Found:
        parts = {
            "ACCOUNT": settings.account,
            "TOKEN": settings.token.get_secret_value(),
            "SENDER": settings.sender,
        }
        empty = [f"KITART_SMS__{name}" for name, value in parts.items() if not value]
        if empty:
            return missing(f"not set: {', '.join(empty)}", STEP_7)
        if in_the_clear(settings.base_url):
            return failed(
                f"KITART_SMS__BASE_URL is {settings.base_url}: the token would travel in the clear",
                "Use https://.",
            )
        try:
            account = gateway.account()
        except ServiceRefused as refused:
            if refused.status in (401, 403):
                return failed(
                    "account or token is refused",
                    "Check KITART_SMS__ACCOUNT and KITART_SMS__TOKEN.",
                )
            if refused.status in (404, 405):
                return warning(
                    "the gateway answers, but does not tell about our account",
                    "Look whether a message sent by hand with these settings arrives.",
                )
            raise
        if account.status != "active":
            return failed(
                f"the account is {account.status or 'in a state it does not name'}, not active",
                "Look at the provider's console: credit, verification, suspension.",
            )
        if account.kind.lower() == "trial":
            return warning(
                "the account is a trial: only verified numbers get messages", "Upgrade it."
            )
        return ok(f"the account is active; messages come from {settings.sender}")

    todo = (
        "Check KITART_SMS__BASE_URL (KITART_SMS__CA_FILE for private roots), and let this machine "
        "reach it."
    )
    return [Check(SMS, "account", look, todo=todo)]


def smtp_checks(settings: SmtpSettings, relay: SmtpRelay, test_to: str = "") -> list[Check]:
    """The second way for mail: connecting, TLS, signing in; a mail only to ``test_to``."""

    def look() -> Found:
        parts = {"HOST": settings.host, "SENDER": settings.sender}
        empty = [f"KITART_SMTP__{name}" for name, value in parts.items() if not value]
        if empty:
            return missing(f"not set: {', '.join(empty)}", STEP_8)
        if settings.user and not settings.starttls and in_the_clear(f"smtp://{settings.host}"):
            return failed(
                "KITART_SMTP__STARTTLS is false: the password would travel in the clear",
                "Set it to true, or take KITART_SMTP__USER away if the relay asks for none.",
            )
        relay.sign_in()
        where = f"{settings.host}:{settings.port}"
        if f".{settings.host.lower()}".endswith(MICROSOFT_MAIL):
            return warning(
                f"{where} takes our mail, but it is Microsoft's: it falls with the tenant",
                "Take a relay of another provider for KITART_SMTP__HOST.",
            )
        if not settings.starttls:
            return warning(
                f"{where} takes our mail, without TLS", "Set KITART_SMTP__STARTTLS to true."
            )
        signed_in = "signed in" if settings.user else "no sign-in asked for"
        return ok(f"{where}: STARTTLS, {signed_in}; no mail was sent")

    def send() -> Found:
        text = "This mail was sent by 'kitart connect check'."
        relay.send_mail(
            test_to, "Kitart: test mail by the second way", f"<p>{text}</p>", text,
            message_key=f"connect-check/{test_to}",
        )  # fmt: skip
        return ok(f"accepted for {test_to}: look whether it arrives")

    todo = (
        "Check KITART_SMTP__HOST and __PORT (587, with STARTTLS), __USER, __PASSWORD, and "
        "__CA_FILE for private roots."
    )
    checks = [Check(SMTP, "relay", look, todo=todo)]
    if test_to:
        checks.append(Check(SMTP, "test mail", send, (f"{SMTP}/relay",), todo))
    return checks


def voice_checks(plan: Callable[[], Plan], settings: SmsSettings) -> list[Check]:
    """Whether the plan counts on ways that Kitart can't use: an unknown one, or calls that come
    from no number; nobody is called."""

    def look() -> Found:
        unknown = [policy for policy in plan().channels if policy.connector not in CONNECTORS]
        if unknown:
            said = ", ".join(f"{policy.kind} by {policy.connector}" for policy in unknown)
            return warning(
                f"the plan names {said}, which Kitart can't use: people get the other ways",
                "Take it out of channels in config/systems.yaml, or leave it: nothing can be set.",
            )
        if any(policy.connector == "voice" for policy in plan().channels) and not settings.caller:
            return warning(
                "the plan names calls, but KITART_SMS__CALLER is not set: nobody is called",
                "Set it (docs/connect.md, step 9), or take voice out of config/systems.yaml.",
            )
        said = f"; calls come from {settings.caller}" if settings.caller else ""
        return ok(f"the plan names no way that Kitart can't use{said}")

    return [Check(VOICE, "gateway", look, ("plan/check",))]
