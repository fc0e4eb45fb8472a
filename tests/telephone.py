"""The sample company's own telephone system for tests: Asterisk, its agents' phones, a caller."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from kitart.clock import Clock
from kitart.connectors.asterisk import Asterisk
from kitart.connectors.lines.call import Caller
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, AsteriskSettings, SipSettings
from sandbox.asterisk.packages import NotToBeHad
from sandbox.asterisk.pbx import Pbx
from sandbox.asterisk.phones import Phones
from tests.servers import missing


class Telephone:
    """A running Asterisk with phones that nobody has logged in at yet.

    The test that asks for one is skipped where Asterisk or sipp can't be had, and fails with
    ``KITART_REQUIRE_ALL=1``.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kpbx"))
        self.plan = load_plan(HOUSE / "config")
        try:
            self.pbx = Pbx(self.plan, self.folder)
            self.phones = Phones(self.pbx)
        except NotToBeHad as trouble:
            shutil.rmtree(self.folder, ignore_errors=True)
            missing(f"no telephone system: {trouble}")
        self.pbx.start()
        self.phones.start()

    def settings(self, **more: Any) -> AsteriskSettings:
        """Kitart's settings for it."""
        return AsteriskSettings(
            **{"base_url": self.pbx.url, "user": "kitart",
               "password": SecretStr(self.pbx.wishes.password), **more}
        )  # fmt: skip

    def sip(self, **more: Any) -> SipSettings:
        """Kitart's settings for calling its lines."""
        return SipSettings(
            **{"server": self.pbx.sip_server, "user": "trunk", "caller": self.pbx.wishes.caller,
               "password": SecretStr(self.pbx.wishes.phone_password),
               "recordings": self.pbx.greetings, **more}
        )  # fmt: skip

    def platform(self, clock: Clock | None = None, **more: Any) -> Asterisk:
        """A connection of its own."""
        return Asterisk(self.settings(**more), clock=clock)

    def caller(self) -> Caller:
        """Somebody who dials from outside."""
        return Caller(self.sip())

    def as_new(self) -> None:
        """Every line on its normal way, no message in a box, no record, nobody logged in."""
        self.pbx.ask("database deltree kitart")
        shutil.rmtree(self.pbx.voicemail, ignore_errors=True)
        for file in self.pbx.records.parent.iterdir():
            file.unlink()
        self.phones.log_out(self.phones.there)

    def remove(self) -> None:
        """Stop it for good, and delete all it had."""
        self.phones.stop()
        self.pbx.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
