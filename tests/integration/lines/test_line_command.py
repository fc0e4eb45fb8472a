"""``kitart line test``: a call on demand, at a real telephone system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kitart.clock import SteadyClock, real_now
from kitart.installation import Installation
from kitart.journal import incidents, plans, timeline
from kitart.journal.incidents import Report
from kitart.settings import Settings
from tests.new_journal import make_tables
from tests.telephone import Telephone


def run(folder: Path, telephone: Telephone | None, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "KITART_MODE": "sandbox", "KITART_DATA_DIR": str(folder)}
    if telephone is not None:
        pbx = telephone.pbx
        env |= {
            "KITART_PHONE_SYSTEM": "asterisk", "KITART_ASTERISK__BASE_URL": pbx.url,
            "KITART_ASTERISK__USER": "kitart", "KITART_ASTERISK__PASSWORD": pbx.wishes.password,
            "KITART_SIP__SERVER": pbx.sip_server, "KITART_SIP__USER": "trunk",
            "KITART_SIP__PASSWORD": pbx.wishes.phone_password,
            "KITART_SIP__CALLER": pbx.wishes.caller, "KITART_SIP__RECORDINGS": str(pbx.greetings),
        }  # fmt: skip
    return subprocess.run(
        [str(Path(sys.executable).with_name("kitart")), "line", "test", *words], env=env,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.covers("R42", "E41", "E45")
def test_a_line_on_voicemail_is_called_and_the_call_goes_into_the_incidents_record(
    telephone: Telephone, tmp_path: Path
) -> None:
    inst = Installation(Settings(mode="sandbox", data_dir=tmp_path), SteadyClock())
    make_tables(inst.journal)
    plan = inst.current_plan()
    with inst.journal.write() as session:
        now = real_now()
        plans.keep(session, plan.hash, plan.snapshot(), now=now)
        who = ("VCC", "VCC offline", now, now, "operator", "P1")
        report = Report("system-outage", *who, plan.hash)
        incidents.open_or_join(session, report, now=now, real_now=now)
    telephone.platform().set_emergency("line-33", True, 0, set_by="AM-1")
    done = run(tmp_path, telephone, "line-33", "--incident", "INC-0001", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    said = json.loads(done.stdout)
    assert (said["met"], said["sounds"], said["proved"]) == ("voicemail", ["box-ro"], True)
    assert said["message"]["loudness_db"] > -30
    with inst.journal.read() as session:
        (entry,) = timeline.entries(session, "INC-0001", "line called")
    assert entry.data["record"] == said["record"]
    assert said["record"] in entry.text
    inst.journal.close()


@pytest.mark.covers("E41")
def test_a_line_that_does_not_do_as_expected_ends_with_1_and_says_why(
    telephone: Telephone, tmp_path: Path
) -> None:
    done = run(tmp_path, telephone, "line-33", "--expect", "notice")
    assert done.returncode == 1
    assert "+448081570303 (CHARLIE/ro), notice expected" in done.stdout
    assert "NOT PROVED: the queue answered; that is not as ordered" in done.stdout


def test_without_a_sip_route_the_operator_is_told_to_call(tmp_path: Path) -> None:
    done = run(tmp_path, None, "line-33")
    assert done.returncode == 2
    assert "KITART_SIP__SERVER is not set" in done.stderr
    assert "Call +448081570303 yourself: what do you hear?" in done.stderr
    done = run(tmp_path, None, "line-99")
    assert "right would be one of line-11" in done.stderr
