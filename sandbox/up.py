"""``python -m sandbox.up``: the whole installation on loopback in real time, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from rich.console import Console

from kitart.clock import real_now, sleep_s
from kitart.settings import HOUSE
from sandbox.demo import scenario
from sandbox.processes import ProcessTrouble
from sandbox.stack import GATEWAY_PORT, PREFECT_PORT, WARM, Stack, Wishes
from sandbox.stopping import Stopped, stop_on_signals


def main() -> int:
    """Run the stack; 1 when it does not come up, or a part of it ends."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.up", description=__doc__)
    add_places(parser)
    options = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True, markup=False)
    stop_on_signals()
    folder = options.folder or run_folder("up", real_now())
    wishes = Wishes(
        folder,
        people=scenario.file_of("vcc"),
        gateway_port=options.gateway_port,
        prefect_port=options.prefect_port,
        database_url=options.database_url,
        prefect_database_url=options.prefect_database_url,
        worker=options.worker,
    )
    try:
        with Stack(wishes, lambda text: console.print(text)) as stack:
            console.print(summary(stack))
            while True:
                stack.children.check()
                sleep_s(0.5)
    except (ProcessTrouble, OSError) as trouble:
        console.print(f"Ended: {trouble}")
        return 1
    except Stopped:
        console.print("Stopped; no process is left behind.")
        return 0


def add_places(parser: argparse.ArgumentParser) -> None:
    """Where a stack runs: its folder, its ports (0: any free one) and its journal."""
    parser.add_argument("--folder", type=Path, help="new folder for all it writes")
    parser.add_argument("--gateway-port", type=int, default=GATEWAY_PORT)
    parser.add_argument("--prefect-port", type=int, default=PREFECT_PORT)
    parser.add_argument(
        "--worker", default=WARM, choices=(WARM, "process"), help="the type of Prefect worker"
    )
    parser.add_argument(
        "--database-url", default="", help="an empty database for the journal (default: a file)"
    )
    parser.add_argument(
        "--prefect-database-url", default="", help="another empty one for Prefect (default: a file)"
    )


def run_folder(kind: str, now: datetime) -> Path:
    """Make a new folder under ``var/``, named by its time."""
    base = HOUSE / "var" / f"{kind}-{now:%Y%m%d-%H%M%S}"
    for folder in (base, *(base.with_name(f"{base.name}-{n}") for n in range(2, 100))):
        with suppress(FileExistsError):
            folder.mkdir(parents=True, mode=0o700)
            return folder
    raise FileExistsError(f"{base} and all its neighbours exist")


def summary(stack: Stack) -> str:
    """Addresses and how to send a first alert."""
    world = "\n".join(f"  {name:<10} {address}" for name, address in stack.world.items())
    return f"""
Everything runs, in real time. Ctrl-C ends all of it.

  Gateway    {stack.gateway_url}
  Prefect    {stack.prefect_url}
  Files      {stack.folder}

The sandbox (stand-ins for the outside systems, and people who answer):
{world}

Take the phone system away and report it as monitoring does (people answer within a minute;
{{"mode": "up"}} brings it back):

  curl -X PUT -H 'Content-Type: application/json' -d '{{"mode": "down"}}' \\
       {stack.world["vcc"]}/sandbox/outage
  curl -H 'Authorization: Bearer {stack.webhook_secret}' -d @{_alert_file(stack)} \\
       {stack.gateway_url}/webhooks/alertmanager

The same settings for a shell of your own:

  set -a; . {_env_file(stack)}; set +a
"""


def _alert_file(stack: Stack) -> Path:
    file = stack.folder / "alert.json"
    file.write_text(json.dumps(scenario.load("vcc").alert_body(real_now()), indent=2))
    return file


def _env_file(stack: Stack) -> Path:
    file = stack.folder / "settings.env"
    file.touch(mode=0o600)
    lines = [
        f"{name}='{value}'"
        for name, value in sorted(stack.env.items())
        if name.startswith(("KITART_", "PREFECT_")) and "'" not in value
    ]
    file.write_text("\n".join(lines) + "\n")
    return file


if __name__ == "__main__":
    sys.exit(main())
