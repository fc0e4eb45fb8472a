"""``python -m sandbox``: the stand-in world as a process of its own, until it is told to end.

It listens on free loopback ports and writes where, with the secrets that go with it, into a file
for the others: ``{"env": {...}, "addresses": {...}}``. The settings come from the environment
(``KITART_MODE=sandbox``, the clock, the plan's folder, the gateway's address).
"""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr

from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.settings import Settings, load_settings
from sandbox.asterisk.company import CompanyPhones
from sandbox.asterisk.packages import NotToBeHad
from sandbox.world import World


def main() -> int:
    """Run the world; 2 when the settings do not allow it."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--ready", type=Path, required=True, help="file to write the settings to")
    parser.add_argument("--people", type=Path, help="YAML with the people's characters")
    parser.add_argument("--pbx", choices=("asterisk",), help="a real phone system")
    parser.add_argument(
        "--nobody", action="store_true", help="no people: they are played elsewhere"
    )
    options = parser.parse_args()
    settings = load_settings()
    characters = yaml.safe_load(options.people.read_text()) if options.people else {}
    try:
        plan = load_plan(settings.config_dir)
        world = World(
            plan,
            settings.data_dir / "sandbox",
            settings.gateway_url,
            settings.clock(),
            mode=settings.mode,
            characters=characters.get("people", characters),
            own_phones=_phones(plan, settings) if options.pbx else None,
            nobody=options.nobody,
        )
    except (ValueError, NotToBeHad) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    ours = with_secrets(world, settings)
    world.start()
    ready = {"env": connections(world.settings(settings), ours), "addresses": world.addresses}
    _write_private(options.ready, json.dumps(ready, indent=2))
    over.wait()
    world.stop()
    return 0


def _phones(plan: Plan, settings: Settings) -> CompanyPhones:
    return CompanyPhones(plan, settings.data_dir / "sandbox" / "pbx", settings.clock())


def with_secrets(world: World, settings: Settings) -> dict[str, str]:
    """Give the world secrets of its own, new in each run; they are returned as environment."""
    ivr = secrets.token_hex(12)
    world.tenant.client_secret = secrets.token_hex(12)
    world.vcc.password = secrets.token_hex(12)
    world.sms.token = secrets.token_hex(12)
    world.smtp.password = secrets.token_hex(12)
    # The phone system asks for the mode of the line that was called, as the real one is set up.
    world.vcc.ivr_url = f"{settings.gateway_url}/ivr/{ivr}/mode?destination=${{destination}}"
    return {
        "KITART_VCC__IVR_SECRET": ivr,
        "KITART_SMS__TOKEN": world.sms.token,
        "KITART_SMTP__PASSWORD": world.smtp.password,
    }


def connections(settings: Settings, more: dict[str, str]) -> dict[str, str]:
    """The settings of every connection as an environment."""
    env: dict[str, str] = {}
    for group in ("microsoft", "vcc", "asterisk", "sip", "sms", "smtp", "chat"):
        part: BaseModel = getattr(settings, group)
        for name, value in part:
            if value not in (None, "", {}):
                env[f"KITART_{group.upper()}__{name.upper()}"] = _plain(value)
    return {"KITART_PHONE_SYSTEM": settings.phone_system, **env, **more}


def _plain(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return json.dumps({name: _plain(each) for name, each in value.items()})
    return str(value)


def _write_private(file: Path, text: str) -> None:
    """Write so that nobody reads half a file, and nobody else reads it at all."""
    partial = file.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(text)
    partial.replace(file)


if __name__ == "__main__":
    sys.exit(main())
