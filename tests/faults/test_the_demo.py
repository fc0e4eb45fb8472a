"""The demo as a stranger runs it, undisturbed and with its run killed in the middle."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sandbox.asterisk.packages import NotToBeHad, asterisk_root
from tests.servers import missing

pytestmark = [pytest.mark.stack, pytest.mark.timeout(700)]
# While a run that was killed is replaced the plan's clock runs on: slow enough that on a machine
# busy with other tests no deadline of the plan is missed for that.
SPEED = "10"
ANY_PORTS = ("--gateway-port", "0", "--prefect-port", "0")


@pytest.mark.long
@pytest.mark.covers(
    "R9",
    "R15",
    "R17",
    "R21",
    "R25",
    "R31",
    "R38",
    "R39",
    "R44",
    "R46",
    "R47",
    "R48",
    "A14",
    "D5",
    "D18",
    "D23",
    "E42",
    "E45",
    "E46",
)
@pytest.mark.parametrize(
    ("scenario", "english", "hungarian"),
    [("vcc", 3, 1), ("sharepoint", 3, 1), ("client-crm", 1, 0), ("workplace", 1, 0),
     ("blackout", 1, 1), ("input", 1, 0), ("general", 0, 0)],
)  # fmt: skip
def test_the_demo_plays_an_outage_to_its_end_and_every_check_holds(
    run, scenario: str, english: int, hungarian: int
) -> None:
    # One of them on Prefect's own worker: every plan runs on that one too.
    worker = "process" if scenario == "client-crm" else "kitart-warm"
    demo = run(
        "sandbox.demo", "--scenario", scenario, "--speed", "20", "--worker", worker, *ANY_PORTS
    )
    assert demo.ends(within_s=600) == 0, demo.said()
    said = demo.said()
    assert "FAILED" not in said
    assert "checks hold" in said
    paths = [Path(line.strip()) for line in said.splitlines() if line.strip().endswith(".html")]
    kinds = Counter(path.name.split("_")[2] for path in paths)
    assert (kinds["First-notification"], kinds["Első-értesítés"]) == (english, hungarian)
    assert (kinds["Recovery-notice"], kinds["Értesítés-a-helyreállásról"]) == (english, hungarian)
    assert (kinds["Closing-report"], kinds["Zárójelentés"]) == (english, hungarian)
    assert all(path.stat().st_size > 1000 for path in paths)
    assert not demo.left_behind()


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.covers("R23", "R38", "R42", "A16", "E41", "E45")
def test_the_demo_plays_level_4_on_a_real_phone_system(run) -> None:
    try:
        asterisk_root()
    except NotToBeHad as trouble:
        missing(f"no telephone system: {trouble}")
    demo = run(
        "sandbox.demo", "--scenario", "blackout", "--pbx", "asterisk", "--speed", "8", *ANY_PORTS
    )
    assert demo.ends(within_s=1100) == 0, demo.said()
    said = demo.said()
    assert "FAILED" not in said
    assert "Kitart called each switched line, left a message" in said
    assert "The filed reports name the call and the message" in said
    assert not demo.left_behind()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.covers("R52", "R53", "D4", "D28", "D29")
def test_the_demo_goes_from_the_yearly_schedule_to_the_filed_record(run) -> None:
    # A run takes real seconds to begin: slow enough that "within 5 minutes" is no matter of those.
    demo = run("sandbox.demo", "--scenario", "exercise", "--speed", "8", *ANY_PORTS)
    assert demo.ends(within_s=840) == 0, demo.said()
    said = demo.said()
    assert "FAILED" not in said
    assert "checks hold" in said
    names = [Path(line.strip()).name for line in said.splitlines() if "/internal/" in line]
    kinds = sorted((name.partition("_")[0], name.rpartition(".")[2]) for name in names)
    assert kinds == [("EXERCISE", "html"), ("EXERCISE", "pdf"), ("GYAKORLAT", "html"),
                     ("GYAKORLAT", "pdf")]  # fmt: skip
    assert not demo.left_behind()


@pytest.mark.covers("D21")
def test_a_run_killed_in_the_middle_is_gone_on_with_and_tells_no_client_twice(run) -> None:
    demo = run("sandbox.demo", "--speed", SPEED, "--kill-run-at", "11", *ANY_PORTS)
    assert demo.ends(within_s=600) == 0, demo.said()
    said = demo.said()
    assert "was killed" in said
    assert "run took over" in said
    assert "Crashed" in said
    assert "checks hold" in said
    assert not demo.left_behind()
