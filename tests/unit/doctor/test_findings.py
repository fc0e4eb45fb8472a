"""Each finding of the doctor, from plain values: what is said, how bad it is, what to type."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.doctor import incidents, journal, prefect, showing, waiting, watch
from kitart.doctor.examining import Examined
from kitart.doctor.finding import Finding, listed, long, worst_first
from kitart.doctor.journal import JournalSeen
from kitart.doctor.watch import GatewaySeen, Mark
from kitart.journal.stuck import Held, Late, Unanswered, Unfiled
from kitart.journal.usable import Writing, bar_of
from kitart.orchestrator import POOL
from kitart.prefect_look import (
    EXPECTED,
    INCIDENTS,
    WATCH,
    WATCHES,
    Deployed,
    Pool,
    PrefectTrouble,
    Queue,
    Run,
    Worker,
)
from kitart.settings import HeartbeatSettings

pytestmark = pytest.mark.covers("D21")
NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
AGO = {n: NOW - timedelta(seconds=n) for n in (5, 40, 120, 600)}


def only(found: list[Finding]) -> Finding:
    (one,) = found
    assert one.what
    assert one.means
    assert all(one.do), "each finding says what to do"
    return one


# --- the journal -------------------------------------------------------------------------------

FILE = JournalSeen("yes", "", "/var/kitart/journal.db", on_file=True)


@pytest.mark.parametrize(
    ("opened", "said", "code", "words"),
    [
        ("no", "unable to open database file", "journal.away", "can't be used: unable to open"),
        ("other version", "the journal is at revision 0007, this Kitart needs 0009: run …",
         "journal.version", "The journal is at revision 0007"),
        ("not made", "there is no journal at /var/kitart/journal.db", "journal.missing",
         "There is no journal"),
    ],
)  # fmt: skip
def test_a_journal_that_does_not_open(opened: Any, said: str, code: str, words: str) -> None:
    one = only(journal.of_opening(replace(FILE, opened=opened, said=said)))
    assert (one.code, one.weight) == (code, "stops")
    assert words in one.what
    assert "paper plan" in one.means


def test_a_journal_that_opens_is_no_finding() -> None:
    assert journal.of_opening(FILE) == []


def test_an_older_journal_is_upgraded_and_a_newer_one_is_not() -> None:
    older = replace(FILE, opened="other version", said="it is at 0007, this Kitart needs 0009")
    newer = replace(FILE, opened="other version", said="it was made by a newer Kitart, use that")
    assert "kitart db upgrade" in only(journal.of_opening(older)).do[0]
    assert "kitart db upgrade" not in only(journal.of_opening(newer)).do[0]


def test_a_server_that_is_away_is_started_and_a_file_looked_at() -> None:
    away = replace(FILE, opened="no", said="connection refused")
    assert "ls -l /var/kitart/journal.db" in only(journal.of_opening(away)).do[0]
    server = replace(away, place="db.example/kitart", on_file=False)
    assert "postgresql" in only(journal.of_opening(server)).do[0]


@pytest.mark.parametrize(
    ("said", "bar"),
    [
        ("database is locked", "locked"),
        ("attempt to write a readonly database", "read-only"),
        ("database or disk is full", "full"),
        ("disk I/O error", "other"),
    ],
)
@pytest.mark.parametrize("on_file", [True, False])
def test_a_journal_that_opens_and_can_not_be_written(said: str, bar: str, on_file: bool) -> None:
    assert bar_of(said) == bar
    one = only(journal.of_writing(Writing(bar_of(said), said), "/var/j.db", on_file))
    assert (one.code, one.weight) == (f"journal.{bar}", "stops")
    assert said in one.what


def test_a_journal_that_can_be_written_is_no_finding() -> None:
    assert journal.of_writing(Writing(""), "/var/j.db", True) == []


@pytest.mark.parametrize(
    ("free_mb", "weight"), [(10, "stops"), (49, "stops"), (50, "hinders"), (499, "hinders")]
)
def test_a_disk_that_is_nearly_full_says_how_much_is_free(free_mb: int, weight: str) -> None:
    one = only(journal.of_disk("/var/kitart", free_mb, 500))
    assert one.weight == weight
    assert f"{free_mb} MB are free, 500 are needed" in one.what


def test_a_disk_with_room_is_no_finding() -> None:
    assert journal.of_disk("/var/kitart", 500, 500) == []


@pytest.mark.parametrize(("ahead_s", "way"), [(3.4, "3 s ahead of"), (-61.0, "61 s behind")])
def test_clocks_that_are_apart_are_said_with_the_way(ahead_s: float, way: str) -> None:
    one = only(journal.of_clock("Prefect's server", ahead_s, NOW))
    assert f"Prefect's server is {way} this machine's" in one.what


@pytest.mark.parametrize("ahead_s", [0.0, 2.0, -1.9])
def test_clocks_within_two_seconds_are_no_finding(ahead_s: float) -> None:
    assert journal.of_clock("Prefect's server", ahead_s, NOW) == []


# --- gateway and watches -----------------------------------------------------------------------


def test_a_gateway_that_is_not_ready_or_of_another_version() -> None:
    away = only(watch.of_gateway(GatewaySeen("https://k.example", "", "connection refused"), "1"))
    assert (away.code, away.weight) == ("gateway.not-ready", "stops")
    assert "https://k.example: connection refused" in away.what
    other = only(watch.of_gateway(GatewaySeen("https://k.example", "0"), "1"))
    assert (other.code, other.weight) == ("gateway.version", "note")
    assert watch.of_gateway(GatewaySeen("https://k.example", "1"), "1") == []


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (None, "watch.never"),
        (Mark(AGO[600], True, "all up"), "watch.late"),
        (Mark(AGO[40], False, "no reference answers"), "watch.own-line"),
    ],
)
def test_a_health_watch_that_stands_still_or_suspects_our_line(mark: Mark, code: str) -> None:
    assert only(watch.of_health_watch(mark, 180, NOW, open_incidents=False)).code == code


def test_a_watch_that_stands_still_is_worse_while_an_incident_is_open() -> None:
    late = Mark(AGO[600], True, "")
    assert only(watch.of_health_watch(late, 180, NOW, open_incidents=True)).weight == "stops"
    assert only(watch.of_health_watch(late, 180, NOW, open_incidents=False)).weight == "hinders"
    assert watch.of_health_watch(Mark(AGO[40], True, ""), 180, NOW, open_incidents=True) == []


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (None, "none was sent yet"),
        (Mark(AGO[40], False, "worker: none is online"), "kept back: worker: none is online"),
        (Mark(AGO[600], True, ""), "the gateway sends none any more"),
    ],
)
def test_signs_of_life_that_stay_away_are_said_with_why(mark: Mark, words: str) -> None:
    set_up = HeartbeatSettings(url=SecretStr("https://hc.example/ping/1"))
    one = only(watch.of_signs(mark, set_up, NOW, sandbox=False))
    assert (one.weight, words in one.what) == ("hinders", True)
    assert watch.of_signs(Mark(AGO[40], True, ""), set_up, NOW, sandbox=False) == []


def test_that_no_sign_goes_out_at_all_is_good_to_know() -> None:
    one = only(watch.of_signs(None, HeartbeatSettings(), NOW, sandbox=False))
    assert (one.code, one.weight) == ("signs.not-set", "note")


# --- Prefect -----------------------------------------------------------------------------------

ALL = tuple(Deployed(n, False, POOL, WATCH if n in WATCHES else INCIDENTS) for n in EXPECTED)
WELL = Pool(
    False,
    (Queue(INCIDENTS, False, AGO[5]), Queue(WATCH, False, AGO[5])),
    (Worker("one", True, AGO[5]),),
)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("away", "kitart prefect-server"), ("login refused", "PREFECT_API_AUTH_STRING"),
        ("no address", "PREFECT_API_URL"), ("refused", "docker compose logs"),
    ],
)  # fmt: skip
def test_a_prefect_that_can_not_be_looked_at(kind: Any, words: str) -> None:
    one = only(prefect.of_trouble(PrefectTrouble(kind, "why"), "http://p.example/api"))
    assert (one.weight, words in one.do[0]) == ("stops", True)
    assert "paper plan" in one.means


def test_a_prefect_in_order_is_no_finding() -> None:
    assert prefect.of_deployments(ALL, POOL) == []
    assert prefect.of_pool(WELL, POOL, NOW) == []
    assert prefect.of_late_runs([], NOW) == []


def test_a_plan_that_is_not_deployed_is_worse_than_a_look_that_is_not() -> None:
    plan = only(prefect.of_deployments(ALL[1:], POOL))
    assert (plan.code, plan.weight) == ("prefect.not-deployed", "stops")
    assert ALL[0].name in plan.what
    look = only(prefect.of_deployments(ALL[:-1], POOL))
    assert (look.weight, ALL[-1].name in look.what) == ("hinders", True)
    assert look.do == ("prefect deploy --all",)


def test_deployments_of_an_old_name_of_another_pool_or_paused() -> None:
    old = Deployed("critical-system-offline/vcc", False, POOL, INCIDENTS)
    one = only(prefect.of_deployments((*ALL, old), POOL))
    assert (one.code, one.weight) == ("prefect.old-deployment", "note")
    assert one.do == ("prefect deployment delete 'critical-system-offline/vcc'",)
    away = only(prefect.of_deployments((replace(ALL[0], pool="other"), *ALL[1:]), POOL))
    assert (away.code, away.weight) == ("prefect.other-pool", "stops")
    paused = only(prefect.of_deployments((*ALL[:-1], replace(ALL[-1], paused=True)), POOL))
    assert (paused.code, paused.weight) == ("prefect.paused-deployment", "note")


@pytest.mark.parametrize(
    ("pool", "code", "weight", "do"),
    [
        (None, "prefect.no-pool", "stops", "prefect work-pool create kitart --type kitart-warm"),
        (replace(WELL, paused=True), "prefect.paused-pool", "stops",
         "prefect work-pool resume kitart"),
        (replace(WELL, workers=()), "prefect.no-worker", "stops", "prefect worker start"),
        (replace(WELL, workers=(Worker("one", False, AGO[600]),)), "prefect.no-worker", "stops",
         "prefect worker start"),
        (replace(WELL, queues=WELL.queues[1:]), "prefect.no-queue", "stops",
         "prefect work-queue create incidents --pool kitart"),
        (replace(WELL, queues=WELL.queues[:1]), "prefect.no-queue", "hinders",
         "prefect work-queue create watch --pool kitart"),
        (replace(WELL, queues=(Queue(INCIDENTS, True, AGO[5]), WELL.queues[1])),
         "prefect.paused-queue", "stops", "prefect work-queue resume incidents --pool kitart"),
        (replace(WELL, queues=(WELL.queues[0], Queue(WATCH, False, AGO[600]))),
         "prefect.unwatched-queue", "hinders", "start a worker with --work-queue watch"),
        (replace(WELL, queues=(Queue(INCIDENTS, False, None), WELL.queues[1])),
         "prefect.unwatched-queue", "stops", "start a worker with --work-queue incidents"),
    ],
)  # fmt: skip
def test_a_pool_a_queue_or_a_worker_that_is_missing_or_stands_still(
    pool: Pool | None, code: str, weight: str, do: str
) -> None:
    one = only(prefect.of_pool(pool, POOL, NOW))
    assert (one.code, one.weight) == (code, weight)
    assert one.do[0].startswith(do)


def test_since_when_no_worker_is_there_is_when_the_last_one_was_heard() -> None:
    gone = replace(WELL, workers=(Worker("a", False, AGO[600]), Worker("b", False, AGO[120])))
    assert only(prefect.of_pool(gone, POOL, NOW)).for_s == 120


RUN = Run("r-1", "INC-0142 · VCC offline", EXPECTED[0], True, "INC-0142", "waits", AGO[120])


def test_late_runs_of_plans_are_named_and_those_of_looks_counted() -> None:
    look = replace(RUN, name="odd-name", deployment=WATCHES[0], plan=False, incident=None)
    plans, looks = prefect.of_late_runs([RUN, look, look, replace(RUN, since=AGO[5])], NOW)
    assert (plans.weight, plans.what) == ("stops", "1 run late: INC-0142 · VCC offline")
    assert (looks.weight, looks.what) == ("hinders", f"2 runs late: {WATCHES[0]}")
    assert plans.for_s == 120


# --- incidents ---------------------------------------------------------------------------------

LEFT = Held("INC-0142", False, False, False, "r-0", AGO[120], "r-1", AGO[40])


@pytest.mark.parametrize(
    ("held", "runs", "words"),
    [
        (LEFT, [RUN], "it waits for a worker"),
        (LEFT, [replace(RUN, stage="taken")], "taken by a worker that makes no process"),
        (LEFT, [replace(RUN, stage="runs")], "shown as running, but does not drive"),
        (LEFT, [], "it ended, or Prefect does not know it"),
        (LEFT, None, "whether it comes can't be seen"),
        (replace(LEFT, asked=None), [], "Prefect has not taken it yet"),
        (replace(LEFT, asked="r-0"), [], "drove it and ended; no other was asked for"),
        (replace(LEFT, asked=None, asked_at=None), [], "No run was asked for"),
    ],
)
def test_an_incident_that_nobody_drives_is_said_with_whether_a_run_is_coming(
    held: Held, runs: list[Run] | None, words: str
) -> None:
    one = only(incidents.of_undriven([held], runs, NOW))
    assert (one.code, one.weight, one.for_s) == ("incident.undriven", "stops", 120)
    assert words in one.what
    waits = bool(runs) and runs[0].stage == "waits"
    assert ("begins by itself then" in one.do[0]) == waits, "another run would wait as well"
    assert (one.do[0] == "kitart incident resume INC-0142") == (not waits)


def test_one_that_was_left_a_moment_ago_is_given_a_run_by_itself() -> None:
    one = only(incidents.of_undriven([replace(LEFT, since=AGO[5])], [], NOW))
    assert (one.weight, one.do[0].startswith("nothing")) == ("note", True)


def test_one_that_is_closed_or_an_exercise_is_less_urgent() -> None:
    for held in (replace(LEFT, closed=True), replace(LEFT, exercise=True)):
        assert only(incidents.of_undriven([held], [], NOW)).weight == "hinders"
    assert incidents.of_undriven([replace(LEFT, driven=True)], [], NOW) == []


def test_a_run_that_prefect_shows_though_another_drives_is_told_from_the_one_that_drives() -> None:
    driven = replace(LEFT, driven=True, run="r-2")
    ghost, driver = replace(RUN, stage="runs"), replace(RUN, id="r-2", stage="runs")
    one = only(incidents.of_orphans([driven], [ghost, driver], {}, NOW))
    assert (one.code, one.weight) == ("prefect.orphan", "note")
    assert "as Running" in one.what
    assert "run r-2 drives INC-0142" in one.what
    assert one.do == ("prefect flow-run delete r-1",)


@pytest.mark.parametrize(
    "run",
    [
        replace(RUN, stage="runs", since=AGO[5]),
        RUN,
        replace(RUN, stage="runs", plan=False, deployment="after-action/report"),
    ],
)
def test_a_run_that_is_young_waits_or_drives_no_incident_is_no_orphan(run: Run) -> None:
    assert incidents.of_orphans([LEFT], [run], {}, NOW) == []


def test_an_orphan_without_a_number_is_known_by_what_it_once_drove() -> None:
    run = replace(RUN, incident=None, stage="taken")
    assert "nothing drives INC-0007" in only(
        incidents.of_orphans([LEFT], [run], {"r-1": "INC-0007"}, NOW)
    ).what  # fmt: skip
    assert "as Pending" in only(incidents.of_orphans([LEFT], [run], {}, NOW)).what


# --- what waits --------------------------------------------------------------------------------

STUCK = Late("sending", "sms", 2, ("INC-0142",), ("AM-2", "IT-MGR"), AGO[600], "")


@pytest.mark.parametrize(
    ("how", "words", "do"),
    [
        ("sending", "2 messages by sms began to leave and never ended", "phone them"),
        ("failed", "2 messages by sms failed at the last try", "kitart connect check --only sms"),
        ("held", "2 messages by sms should have left by now", "kitart gateway"),
    ],
)
@pytest.mark.covers("D15")
def test_messages_that_are_stuck(how: Any, words: str, do: str) -> None:
    one = only(waiting.of_messages([replace(STUCK, how=how, detail="503 busy")], NOW, NOW))
    assert one.what == f"{words} (INC-0142; to AM-2, IT-MGR): 503 busy"
    assert (one.for_s, do in one.do[0]) == (600, True)


def test_questions_past_their_deadline_are_one_finding_an_incident() -> None:
    first = Unanswered("INC-0142", "Divert the line?", ("AM-2",), AGO[600])
    second = replace(first, title="Approve the report?", asked_of=("AM-1",), due_at=AGO[40])
    other = replace(first, incident="INC-0143")
    both, one = waiting.of_questions([first, other, second], "https://k.example/board", NOW)
    assert both.what.startswith("INC-0142: 2 questions past the deadline: 'Divert the line?'")
    assert "phone AM-2, AM-1" in both.do[0]
    assert "https://k.example/board" in both.do[0]
    assert both.for_s == 600
    assert one.what.startswith("INC-0143: 1 question past")


def test_documents_that_wait_are_said_with_the_reason_in_the_record() -> None:
    why = "SharePoint does not take documents; they wait and are filed later (503)"
    one = only(waiting.of_documents([Unfiled("INC-0142", 3, AGO[600], why)], NOW))
    assert (one.weight, one.what) == (
        "hinders",
        f"INC-0142: 3 documents not in SharePoint yet. {why}",
    )
    unsaid = only(waiting.of_documents([Unfiled("INC-0142", 1, AGO[40], "")], NOW))
    assert (unsaid.weight, "names no reason" in unsaid.what) == ("note", True)


# --- all together ------------------------------------------------------------------------------


def test_the_worst_stands_first() -> None:
    light = watch.of_gateway(GatewaySeen("https://k.example", "0"), "1")
    middle = journal.of_disk("/var", 100, 500)
    worst = journal.of_disk("/var", 1, 500)
    assert worst_first([*light, *middle, *worst]) == [*worst, *middle, *light]


def test_of_many_names_a_few_are_said_and_how_many_more() -> None:
    assert listed([f"INC-{n}" for n in range(9)]).endswith("INC-5 and 3 more")
    assert listed(["A", "B"]) == "A, B"


@pytest.mark.parametrize(
    ("for_s", "said"),
    [(40, "40 s"), (119, "119 s"), (720, "12 min"), (3 * 3600, "3 h"), (200_000, "2 days")],
)
def test_how_long_something_lasts_is_said_as_people_say_it(for_s: float, said: str) -> None:
    assert long(for_s) == said


def test_an_incident_that_is_given_a_run_by_itself_is_not_called_nothing() -> None:
    young = incidents.of_undriven([replace(LEFT, since=AGO[5])], [], NOW)
    (first, *_) = showing.shown(Examined(NOW, "Europe/Budapest", young, False), 80)
    assert first.plain == (
        "Kitart at 2026-11-24 03:12 CET: nothing is wrong that does not mend itself."
    )
    (first, *_) = showing.shown(Examined(NOW, "Europe/Budapest", [], False), 80)
    assert first.plain.endswith(": nothing is wrong.")


def test_a_finding_is_shown_in_local_time_and_its_command_is_never_broken() -> None:
    found = journal.of_disk("/a/folder/with/a/rather/long/name/in/which/the/journal/lies", 10, 500)
    shown = "\n".join(p.plain for p in showing.shown(Examined(NOW, "UTC", found, False), 40))
    assert found[0].do[0] in shown
    late = prefect.of_late_runs([RUN], NOW)
    shown = "\n".join(
        part.plain for part in showing.shown(Examined(NOW, "Europe/Budapest", late, False), 100)
    )
    assert "(since 03:10:00, 2 min)" in shown
