"""The process that is forked for each run: ready, alone, and forgetful of whoever started it."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml

from kitart.plan.loading import PlanError, load_plan
from kitart.settings import HOUSE
from kitart.worker.nest import Nest, NestError, _main_hidden, modules_of_flows
from kitart.worker.plan_ready import have_plan_ready
from tests.integration.worker import children

PINNED = "3.8.8"


@pytest.fixture(scope="module")
def nest() -> Nest:
    """One for all tests: Python has one process to fork from."""
    made = Nest(modules_of_flows())
    made.warm()
    return made


def said_by(nest: Nest, what: Callable[..., None], out: Path, *given: Any) -> Any:
    process = forked(nest, what, str(out), *given)
    process.join(30)
    assert process.exitcode == 0
    return json.loads(out.read_text())


def forked(nest: Nest, what: Callable[..., None], *given: Any) -> Any:
    with _main_hidden():
        process = nest._context.Process(target=what, args=given)
        process.start()
    return process


def test_the_private_parts_of_prefect_are_those_that_this_was_written_for() -> None:
    """With another version each of these has to be looked at anew."""
    assert prefect.__version__ == PINNED
    for module, name in (
        ("prefect._flow_run_suspension", "mark_flow_run_suspension_requested"),
        ("prefect._internal.observers", "FlowRunSuspendingObserver"),
        ("prefect.flow_engine", "observe_flow_run_suspension"),
        ("prefect._internal.control_listener", "configure_from_env"),
        ("prefect._internal.metrics", "RunMetrics"),
        ("prefect.engine", "_drive_run_flow_result"),
        ("prefect.runner._control_channel", "ControlChannel"),
        ("prefect.runner._flow_run_executor", "FlowRunExecutorContext"),
        ("prefect.runner._process_manager", "ProcessHandle"),
    ):
        assert hasattr(importlib.import_module(module), name)


def test_a_run_reads_its_settings_anew_only_if_somebody_gave_it_others(
    nest: Nest, tmp_path: Path
) -> None:
    given = dict(os.environ) | {"PREFECT__FLOW_RUN_ID": "its own"}
    same = said_by(nest, children.says_its_settings, tmp_path / "same", given)
    assert not same["anew"]
    other = given | {"PREFECT_LOGGING_LEVEL": "ERROR"}
    said = said_by(nest, children.says_its_settings, tmp_path / "other", other)
    assert said == {"anew": True, "level": "ERROR"}


def test_what_runs_are_given_is_what_the_process_that_is_forked_began_with(
    tmp_path: Path,
) -> None:
    """In a process of its own: there is one to fork from in each."""
    program = f"""
import os
from pathlib import Path
from kitart.worker.nest import Nest
from tests.integration.worker import children
from tests.integration.worker.test_nest import said_by
nest = Nest(())
more = {{"PREFECT_LOGGING_LEVEL": "ERROR"}}
nest.warm(more)
assert "PREFECT_LOGGING_LEVEL" not in os.environ
given = dict(os.environ) | more
print(said_by(nest, children.says_its_settings, Path({str(tmp_path / "said")!r}), given))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, cwd=HOUSE
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == ["{'level': 'ERROR', 'anew': False}"], done.stderr


def test_all_clients_of_prefect_in_a_run_read_the_certificates_once(
    nest: Nest, tmp_path: Path
) -> None:
    assert said_by(nest, children.makes_clients, tmp_path / "said") == 1


def test_no_run_watches_for_its_own_suspension_and_none_dies_of_hearing_of_it_early(
    nest: Nest, tmp_path: Path
) -> None:
    assert said_by(nest, children.watches_for_its_suspension, tmp_path / "said") is False


def test_what_prefect_puts_off_until_it_is_needed_is_there_before(
    nest: Nest, tmp_path: Path
) -> None:
    said = said_by(nest, children.says_what_is_ready, tmp_path / "said")
    assert said == {"schemas": True, "tables": True, "imported": True}


def test_the_plan_is_read_once_for_all_runs_and_known_to_each(nest: Nest, tmp_path: Path) -> None:
    at_hand, known = said_by(nest, children.says_what_plans_it_knows, tmp_path / "said")
    assert load_plan(HOUSE / "config").hash in at_hand
    assert known == at_hand


def test_a_plan_that_can_not_be_read_keeps_no_worker_from_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("nowhere", "broken"):
        monkeypatch.setenv("KITART_CONFIG_DIR", str(tmp_path / folder))
        have_plan_ready()
        (tmp_path / "broken").mkdir(exist_ok=True)
        (tmp_path / "broken" / "company.yaml").write_text("company: {")
        with pytest.raises((PlanError, OSError)):
            load_plan(tmp_path / folder)  # who needs it is told


def test_every_flow_that_is_deployed_is_imported_before_it_is_needed(
    nest: Nest, tmp_path: Path
) -> None:
    process = forked(nest, children.looks_around, str(tmp_path / "said"))
    process.join(30)
    assert process.exitcode == 0
    said = json.loads((tmp_path / "said").read_text())
    deployments = yaml.safe_load((HOUSE / "prefect.yaml").read_text())["deployments"]
    assert {each["entrypoint"].rpartition(".")[0] for each in deployments} <= set(said["flows"])


def test_a_fork_begins_with_one_thread_and_without_the_command_line(
    nest: Nest, tmp_path: Path
) -> None:
    seen = []
    for number in range(2):
        out = tmp_path / f"said{number}"
        process = forked(nest, children.looks_around, str(out))
        process.join(30)
        seen.append(json.loads(out.read_text()))
    for said in seen:
        assert said["threads"] == 1
        assert not said["main_again"]
        assert said["pid"] != os.getpid()
    assert seen[0]["chance"] != seen[1]["chance"], "no two runs throw the same dice"


def test_how_a_fork_ended_is_known(nest: Nest) -> None:
    process = forked(nest, children.sleeps)
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def test_what_is_to_be_done_at_the_end_of_a_run_is_done(nest: Nest, tmp_path: Path) -> None:
    """A fork ends without Python's own exit functions; ``carry_out`` sees to them."""
    out = tmp_path / "left"
    process = forked(nest, children.ends_as_a_run, str(out))
    process.join(30)
    assert out.read_text() == "done"


def test_a_flow_that_can_not_be_imported_is_said_at_once() -> None:
    with pytest.raises(NestError, match=r"flows\.no_such_plan can't be imported"):
        Nest(["flows.no_such_plan"]).warm()


def test_a_long_path_of_the_temporary_folder_is_no_hindrance(tmp_path: Path) -> None:
    long = tmp_path / ("a-folder-with-a-long-name-" * 5)
    long.mkdir()
    program = (
        "from kitart.worker.nest import Nest\n"
        "nest = Nest([])\n"
        "nest.warm()\n"
        "process = nest._context.Process(target=print)\n"
        "nest._start(process)\n"
        "process.join(30)\n"
        "raise SystemExit(process.exitcode)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "TMPDIR": str(long)}, cwd=HOUSE,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
