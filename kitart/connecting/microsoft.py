"""The Microsoft tenant: sign-on, permissions, site, list, library, mail, announcements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kitart.connecting.check import Check, Found, failed, missing, ok, warning
from kitart.connecting.running import WAIT
from kitart.connectors.http import HostPaused, ServiceRefused, TlsFailed, Unreachable
from kitart.connectors.microsoft import CredentialsRefused, Grants, MicrosoftTenant
from kitart.connectors.microsoft.columns import Column
from kitart.connectors.microsoft.tokens import TENANT_NOT_FOUND, EntraBusy
from kitart.reports.filed import LIBRARY, REGISTER
from kitart.settings import MicrosoftSettings

NAME = "microsoft"
SIGN_ON, SITE = f"{NAME}/sign-on", f"{NAME}/site"
NEEDED = ("Sites.Selected", "ServiceHealth.Read.All")
SEND_ALL = "Mail.Send"
"""In a token it holds for every mailbox, unless Exchange limits it, which no token shows."""
FIXES = {
    TENANT_NOT_FOUND: "Set KITART_MICROSOFT__TENANT to the tenant's id or name (Entra, Overview).",
    700016: "Set KITART_MICROSOFT__CLIENT_ID to the application's id in this tenant, or mend "
    "KITART_MICROSOFT__TENANT.",
    7000215: "Put the secret's value (not its id) into KITART_MICROSOFT__CLIENT_SECRET.",
    7000222: "Make a new client secret in Entra and put it into KITART_MICROSOFT__CLIENT_SECRET.",
}
REACH = "Let this machine reach it by HTTPS; private roots go into KITART_MICROSOFT__CA_FILE."
INIT = "Let an administrator run 'kitart sharepoint init' (docs/connect.md, step 4)."
GRANT = "Let an administrator give the application 'write' on this site (docs/connect.md, step 3)."


class MicrosoftChecks:
    """The checks of one tenant; ``other_mailbox`` is one that must be refused, to prove it."""

    def __init__(
        self, settings: MicrosoftSettings, tenant: MicrosoftTenant, other_mailbox: str = ""
    ) -> None:
        self._settings = settings
        self._tenant = tenant
        self._other_mailbox = other_mailbox
        self._roles: frozenset[str] | None = None

    def checks(self) -> list[Check]:
        """All of them, the sign-on first."""
        health = f"Grant {NEEDED[1]} (application) in Entra, with admin consent."
        site = f"Check KITART_MICROSOFT__SITE_HOST and KITART_MICROSOFT__SITE_PATH. {GRANT}"
        return [
            Check(NAME, "sign-on", self._sign_on, todo=REACH),
            Check(NAME, "permissions", self._permissions, (SIGN_ON,)),
            Check(NAME, "site", self._site, (SIGN_ON,), site),
            Check(NAME, "register", self._register, (SITE,), REACH),
            Check(NAME, "library", self._library, (SITE,), GRANT),
            Check(
                NAME, "write", self._write, (SITE,),
                f"{REACH} {self._left_behind}",
            ),
            Check(NAME, "mail", self._mail, (SIGN_ON,), REACH),
            Check(NAME, "service health", self._health, (SIGN_ON,), health),
        ]  # fmt: skip

    @property
    def _left_behind(self) -> str:
        return f"A row 'probe' may be left in {self._settings.probe_list}: delete it."

    @property
    def _grants(self) -> Grants:
        return self._tenant.grants

    def _sign_on(self) -> Found:
        settings = self._settings
        parts = {
            "TENANT": settings.tenant,
            "CLIENT_ID": settings.client_id,
            "CLIENT_SECRET": settings.client_secret.get_secret_value(),
        }
        empty = [f"KITART_MICROSOFT__{name}" for name, value in parts.items() if not value]
        if empty:
            return missing(f"not set: {', '.join(empty)}", "Set them (docs/connect.md, step 1).")
        try:
            self._roles = self._grants.roles()
        except CredentialsRefused as refused:
            return failed(refused.message, FIXES.get(refused.code, "Set what is named."))
        except (EntraBusy, HostPaused) as busy:
            return failed(busy.message, WAIT)
        except TlsFailed as untrusted:
            return failed(untrusted.message, REACH)
        except Unreachable as away:
            return failed(f"the network: {away.message}", REACH)
        return ok(f"a token for the tenant {settings.tenant}")

    def _permissions(self) -> Found:
        """The least that Kitart needs, and nothing more."""
        if self._roles is None:
            return warning(
                "the token does not show its permissions",
                f"Look in Entra, App registrations, API permissions: only {' and '.join(NEEDED)}.",
            )
        wide = sorted(role for role in self._roles if role not in (*NEEDED, SEND_ALL))
        lacking = [role for role in NEEDED if role not in self._roles]
        if lacking and not (lacking == [NEEDED[0]] and _sites(wide)):
            return missing(
                f"the token lacks {', '.join(lacking)}",
                "Add it in Entra (API permissions, Microsoft Graph, application permissions) and "
                "grant admin consent.",
            )
        if wide:
            instead = " Sites.Selected with 'write' on one site is enough." if _sites(wide) else ""
            return warning(
                f"more than Kitart needs: {', '.join(wide)}",
                f"Take them away in Entra, API permissions.{instead}",
            )
        return ok(f"only what is needed: {', '.join(sorted(self._roles))}")

    def _site(self) -> Found:
        settings = self._settings
        if not settings.site_host or not settings.site_path:
            return missing(
                "no site is set",
                "Set KITART_MICROSOFT__SITE_HOST (company.sharepoint.com) and "
                "KITART_MICROSOFT__SITE_PATH (sites/continuity).",
            )
        where = f"https://{settings.site_host}/{settings.site_path.strip('/')}"
        try:
            self._grants.find_site()
        except ServiceRefused as refused:
            if refused.status == 403:
                return missing(f"no access to {where}", GRANT)
            if refused.status in (400, 404):
                return missing(
                    f"there is no site {where}",
                    "Make it, or mend KITART_MICROSOFT__SITE_HOST and KITART_MICROSOFT__SITE_PATH.",
                )
            raise
        return ok(where)

    def _register(self) -> Found:
        name = self._settings.register_list
        try:
            columns = self._grants.columns(name)
        except ServiceRefused as refused:
            if refused.status == 404:
                return _no_list(name, "KITART_MICROSOFT__REGISTER_LIST", step=4)
            raise
        absent, other = _odd(REGISTER, columns)
        if absent:
            return missing(f"the list {name} lacks {', '.join(absent)}", INIT)
        if other:
            return failed(
                f"the list {name} has columns of another kind: {', '.join(other)}",
                "Delete them, if nothing stands in them, then: " + INIT,
            )
        return ok(f"the list {name} has its {len(REGISTER)} columns")

    def _library(self) -> Found:
        where = f"documents go to {self._grants.find_library()}"
        absent, other = _odd(LIBRARY, self._grants.library_columns())
        if absent or other:
            # They are filed all the same: that must not depend on a column.
            return warning(f"{where}, without the columns {', '.join((*absent, *other))}", INIT)
        return ok(f"{where}, each with its {len(LIBRARY)} columns")

    def _write(self) -> Found:
        name = self._settings.probe_list
        try:
            self._grants.write()
        except ServiceRefused as refused:
            if refused.status == 404:
                return _no_list(name, "KITART_MICROSOFT__PROBE_LIST", step=4)
            if refused.status == 403:
                return missing(f"we may read the site but not write to {name}", GRANT)
            return failed(refused.message, f"Run this again. {self._left_behind}")
        return ok(f"wrote a row 'probe' to the list {name} and deleted it")

    def _mail(self) -> Found:
        mailbox = self._settings.mailbox
        if not mailbox:
            return missing(
                "no mailbox is set", "Set KITART_MICROSOFT__MAILBOX: the user that mail is sent as."
            )
        try:
            self._grants.may_send_as(mailbox)
        except ServiceRefused as refused:
            if refused.status == 403:
                return missing(
                    f"we may not send as {mailbox}",
                    "Let an administrator allow it in Exchange (docs/connect.md, step 5).",
                )
            if refused.status == 404:
                return missing(
                    f"there is no mailbox {mailbox}", "Make it, or mend KITART_MICROSOFT__MAILBOX."
                )
            raise
        return self._how_far(mailbox)

    def _how_far(self, mailbox: str) -> Found:
        """Whether we may send from more mailboxes than our own."""
        may = f"we may send as {mailbox} (nothing was sent)"
        limit = "Limit it to our mailbox in Exchange (docs/connect.md, step 5)."
        if self._other_mailbox:
            try:
                self._grants.may_send_as(self._other_mailbox)
            except ServiceRefused as refused:
                if refused.status == 403:
                    return ok(f"{may}, and not as {self._other_mailbox}")
                raise
            return warning(f"{may}, but as {self._other_mailbox} too", limit)
        if self._roles is not None and SEND_ALL in self._roles:
            return warning(
                f"{may}; {SEND_ALL} in the token holds for every mailbox unless Exchange limits it",
                f"{limit} If that is done, prove it: --other-mailbox ADDRESS of somebody else.",
            )
        return ok(may)

    def _health(self) -> Found:
        try:
            number = self._grants.announced_services()
        except ServiceRefused as refused:
            if refused.status == 403:
                return missing(
                    "we may not read Microsoft's announcements",
                    f"Grant {NEEDED[1]} (application) in Entra, with admin consent.",
                )
            raise
        return ok(f"Microsoft announces {number} services to us")


def mail_to(tenant: MicrosoftTenant, address: str, key: str) -> Check:
    """A real mail by the first way, for an operator who asks for it."""

    def look() -> Found:
        tenant.send_mail(
            [address], "Kitart: test mail", None, "This mail was sent by 'kitart connect check'.",
            message_key=key,
        )  # fmt: skip
        return ok(f"accepted for {address}: look whether it arrives")

    return Check(NAME, "test mail", look, (SIGN_ON, f"{NAME}/mail"), REACH)


def _odd(wanted: Sequence[Column], there: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Which of the wanted columns are not there, and which are of another kind."""
    absent = [each.name for each in wanted if each.name not in there]
    other = [f"{each.name} ({there[each.name]})" for each in wanted
             if each.name in there and not each.fits(there[each.name])]  # fmt: skip
    return absent, other


def _no_list(name: str, setting: str, step: int) -> Found:
    return missing(
        f"there is no list {name} on the site",
        f"Make it with 'kitart sharepoint init' (docs/connect.md, step {step}), or mend {setting}.",
    )


def _sites(roles: list[str]) -> bool:
    return any(role.startswith("Sites.") for role in roles)
