"""The IVR mode: which branch the phone system's call flow takes on a line.

Asked for every call: answered from memory while the journal is slow or away, and after a restart
from a file; ``normal`` where no mode was ever set. Depends on nothing else.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import threading
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from kitart.gateway.house import Plans, house
from kitart.installation import Installation
from kitart.plan.schema import Plan

log = logging.getLogger(__name__)
router = APIRouter()
READ_EVERY_S = 1.0


class Modes:
    """Every line's mode, read from the journal in the background and kept on disk."""

    def __init__(self, inst: Installation, plans: Plans) -> None:
        self._inst = inst
        self._plans = plans
        self._file = Path(inst.settings.data_dir) / "ivr-modes.json"
        self._modes = self._kept = self._from_file()
        self._lines: dict[str, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="ivr-modes", daemon=True)

    def start(self) -> None:
        """Begin to follow the journal; the plan's lines are known when this returns."""
        self._lines = _numbers(self._plans.current())
        self._thread.start()

    def stop(self) -> None:
        """Stop following."""
        self._stop.set()

    def mode(self, destination: str) -> str:
        """The mode of the line with this number (or code) as last read; else ``normal``."""
        number = destination.strip().replace(" ", "").lstrip("+")
        return self._modes.get(self._lines.get(number, number), "normal")

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._lines = _numbers(self._plans.current())
                self._modes = self._inst.routing.all_modes()
                self._keep(self._modes)
            except Exception:
                # Calls go on by the last mode read, whatever keeps the journal from answering.
                log.exception("the lines' modes can't be read; the last ones stay")
            self._stop.wait(READ_EVERY_S)

    def _from_file(self) -> dict[str, str]:
        try:
            kept = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in kept.items()} if isinstance(kept, dict) else {}

    def _keep(self, modes: dict[str, str]) -> None:
        if modes == self._kept:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # Another gateway may share the folder and keep the same just now.
        partial = self._file.with_suffix(f".{secrets.token_hex(4)}.partial")
        partial.write_text(json.dumps(modes))
        partial.replace(self._file)
        self._kept = modes


def _numbers(plan: Plan) -> dict[str, str]:
    return {line.number.lstrip("+"): line.id for line in plan.lines}


@router.get("/ivr/{secret}/mode", operation_id="line_mode")
@router.post("/ivr/{secret}/mode", operation_id="line_mode_posted")
async def mode(secret: str, request: Request, destination: str = "") -> JSONResponse:
    """The mode of the line that was called: ``{"mode": "normal" | "voicemail" | "notice"}``.

    ``destination`` is the number called; the phone system puts it in the address.
    """
    place = house(request)
    right = place.inst.settings.vcc.ivr_secret.get_secret_value()
    if not right or not hmac.compare_digest(secret.encode(), right.encode()):
        return JSONResponse({"error": "the address is not complete"}, status_code=404)
    modes: Modes = request.app.state.modes
    return JSONResponse({"mode": modes.mode(destination)})
