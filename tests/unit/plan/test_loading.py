"""Loading names the file, the path, the value and what would be right."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kitart.plan.loading import PlanError, Problem, load_plan

Spoil = Callable[[str, str, str], list[Problem]]

BAD = [
    # file, right text, spoiled text, where, words of the message
    ("projects.yaml", "account_manager: AM-1", "acount_manager: AM-1",
     "config/projects.yaml: projects[0].acount_manager", ["'acount_manager'", "account_manager?"]),
    ("projects.yaml", "account_manager: AM-1\n", "\n",
     "config/projects.yaml: projects[0].account_manager", ["is missing", "account_manager"]),
    ("projects.yaml", "client: CL-1", "client: CL-9",
     "config/projects.yaml: projects[0].client", ["'CL-9'", "no known client", "CL-"]),
    ("projects.yaml", "{lang: nl,", "{lang: no,",
     "config/projects.yaml: projects[0].queues[2].lang", ["is false", "YAML", "in quotes", '"no"']),
    ("projects.yaml", "{lang: nl,", "{lang: Dutch,",
     "config/projects.yaml: projects[0].queues[2].lang", ["'Dutch'", "language code", "hu"]),
    ("projects.yaml", "seats: {day: 2, evening", "seats: {dya: 2, evening",
     "config/projects.yaml: projects[0]", ["'dya'", "day, evening"]),
    ("projects.yaml", "{day: 2,", "{day: two,",
     "config/projects.yaml: projects[0].queues[0].seats.day", ["'two'", "whole number"]),
    ("projects.yaml", "min_level: C1", "min_level: fluent",
     "config/projects.yaml: projects[1].queues[0].min_level", ["'fluent'", "native, C2, C1"]),
    ("clients.yaml", "contract_zone: Europe/Berlin", "contract_zone: Europe/Berlni",
     "config/clients.yaml: clients[0].contract_zone", ["'Europe/Berlni'", "Europe/Berlin"]),
    ("clients.yaml", "contract_zone: Europe/Berlin", 'contract_zone: "+01:00"',
     "config/clients.yaml: clients[0].contract_zone", ["'+01:00'", "region and city"]),
    ("clients.yaml", "english_only: true", 'english_only: "yes"',
     "config/clients.yaml: clients[0].permits.english_only", ["'yes'", "true or false"]),
    ("clients.yaml", "agent_countries: [EEA]", "agent_countries: [EAA]",
     "config/clients.yaml: clients[0].permits.agent_countries[0]", ["'EAA'", "EEA or any"]),
    ("clients.yaml", "address: duty@client-1.example", "address: duty at client-1",
     "config/clients.yaml: clients[0].contacts[0].channels[0]", ["'duty at client-1'", "mail"]),
    ("people.yaml", '"+447700900101"', '"0036 30 123 4567"',
     "config/people.yaml: people[0].channels[0]", ["'0036 30 123 4567'", "E.164", "+36"]),
    ("people.yaml", '"+447700900101"', '"+44 7700 900101"',
     "config/people.yaml: people[0].channels[0]", ["E.164", "right would be +447700900101"]),
    ("people.yaml", "kind: supervisor", "kind: superviser",
     "config/people.yaml: people[0].kind", ["'superviser'", "nearest is supervisor"]),
    ("people.yaml", "verified: 2026-10-30", "verified: last week",
     "config/people.yaml: people[0].channels[0].verified", ["'last week'", "a date"]),
    ("people.yaml", "depends_on: [OPERATOR-2]", "depends_on: [OPERATOR-9]",
     "config/people.yaml: people[0].channels[0].depends_on[0]", ["'OPERATOR-9'", "OPERATOR-"]),
    ("people.yaml", "deputy: SV-4", "deputy: SV-44",
     "config/people.yaml: people[0].deputy", ["'SV-44'", "SV-4"]),
    ("agents.yaml", "id: AG-002", "id: AG-001",
     "config/agents.yaml: agents[1].id", ["'AG-001'", "agents[0]"]),
    ("agents.yaml", '"Mon-Fri 08:00-16:00"', '"Mon-Fri 8-16"',
     "config/agents.yaml: agents[0].shift[0]", ["'Mon-Fri 8-16'", "Mon-Fri 08:00-20:00"]),
    ("agents.yaml", "country: HU", "country: HUN",
     "config/agents.yaml: agents[0].country", ["'HUN'", "two capitals"]),
    ("agents.yaml", "queue: ALPHA/de, projects: [ALPHA]", "queue: BRAVO/de, projects: [ALPHA]",
     "config/agents.yaml: agents[0]", ["BRAVO/de", "among projects"]),
    ("calendars.yaml", "market: DE", "market: AC",
     "config/calendars.yaml: calendars[0]", ["'AC'", "no holiday data"]),
    ("calendars.yaml", "day: 2026-12-24", "day: 2026-12-32",
     "config/calendars.yaml: calendars[0].overrides[0].day", ["'2026-12-32'", "a date"]),
    ("limits.yaml", "ert_ack_in_hours: 5 ", "ert_ack_in_hours: 0 ",
     "config/limits.yaml: limits.ert_ack_in_hours", ["0", "greater than 0"]),
    ("limits.yaml", "{1: 30, 2: 30, 3: 30, 4: 480}", "{1: 30, 2: 30}",
     "config/limits.yaml: limits.rto", ["[1, 2]", "1, 2, 3, 4"]),
    ("limits.yaml", "most_agents_share: 0.5", "most_agents_share: 50",
     "config/limits.yaml: limits.most_agents_share", ["50", "less than or equal to 1"]),
    ("lines.yaml", "project: ALPHA", "project: ALHPA",
     "config/lines.yaml: lines[0].project", ["'ALHPA'", "ALPHA"]),
    ("systems.yaml", "managed_by: company\n    supplier: SUP-VCC", "managed_by: us",
     "config/systems.yaml: systems[0].managed_by", ["'us'", "company, client"]),
    ("systems.yaml", "client: CL-2", "proposed_priority: P2",
     "config/systems.yaml", ["twice"]),
    ("systems.yaml", "    client: CL-2\n", "",
     "config/systems.yaml: systems[6]", ["managed_by is client", "client: CL-"]),
    ("monitoring.yaml", "system: MAIL", "system: MIAL",
     "config/monitoring.yaml: monitoring.rules[2].system", ["'MIAL'", "MAIL"]),
    ("monitoring.yaml", "/sign-?on/", "/sign-(on/",
     "config/monitoring.yaml: monitoring.rules[8].match", ["/sign-(on/", "regular expression"]),
    ("company.yaml", "name: Sample Multilingual Contact Centre", "name: [a, b]",
     "config/company.yaml: company.name", ["['a', 'b']", "text"]),
    ("rotas.yaml", "rotas:", "rota:",
     "config/rotas.yaml: rota", ["'rota'", "rotas?"]),
    ("rotas.yaml", "id: ROTA-A", "id: [ROTA-A",
     "config/rotas.yaml", ["YAML syntax error", "line 4"]),
    ("rotas.yaml", "    kind: ert\n", "    kind: ert\n    kind: ert\n",
     "config/rotas.yaml", ["'kind'", "twice", "line 5"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "right", "wrong", "where", "words"), BAD)
def test_a_wrong_entry_is_named_with_place_value_and_remedy(
    spoil: Spoil, file: str, right: str, wrong: str, where: str, words: list[str]
) -> None:
    problems = spoil(file, right, wrong)
    found = [problem for problem in problems if problem.where == where]
    assert found, problems
    assert any(all(word in problem.message for word in words) for problem in found), found
    assert all(problem.severity == "error" for problem in problems)


def test_one_mistake_gives_one_problem(spoil: Spoil) -> None:
    assert len(spoil("clients.yaml", "agent_countries: [EEA]", "agent_countries: [EAA]")) == 1


def test_an_unreadable_file_does_not_make_its_content_missing_too(spoil: Spoil) -> None:
    assert len(spoil("rotas.yaml", "id: ROTA-A", "id: [ROTA-A")) == 1


def test_several_mistakes_are_told_together(spoil: Spoil) -> None:
    spoil("agents.yaml", "country: HU", "country: HUN")
    problems = spoil("limits.yaml", "first_notice: 30", "first_notice: half an hour")
    assert {problem.where for problem in problems} == {
        "config/agents.yaml: agents[0].country",
        "config/limits.yaml: limits.first_notice",
    }


def test_a_part_given_in_two_files_is_refused(folder: Path) -> None:
    (folder / "zz.yaml").write_text("limits: {}\n")
    with pytest.raises(PlanError, match=r"zz.yaml: limits: is given in limits.yaml too"):
        load_plan(folder)


def test_a_missing_part_is_named(folder: Path) -> None:
    (folder / "systems.yaml").unlink()
    with pytest.raises(PlanError) as caught:
        load_plan(folder)
    assert {problem.where for problem in caught.value.problems} == {
        "config: systems",
        "config: channels",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x00\xff\xfe\x89PNG", "cannot be read as YAML text"),
        (b"just text", "holds text alone"),
        (b"limits: &a [*a]", "repeats itself without end"),
        (b"limits: !!python/object/apply:os.getcwd []", "YAML syntax error"),
        (b"limits: !!binary aGVsbG8=", "bytes"),
        (b"a: &a [x,x,x,x,x,x,x,x,x]\n"
         + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9))
                    for c in range(ord("b"), ord("j"))), "without end"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_plan_is_told_so(folder: Path, content: bytes, words: str) -> None:
    (folder / "limits.yaml").write_bytes(content)
    with pytest.raises(PlanError) as caught:
        load_plan(folder)
    assert any(
        problem.where.startswith("config/limits.yaml") and words in problem.message
        for problem in caught.value.problems
    ), caught.value.problems


def test_a_folder_that_is_not_there_or_holds_nothing_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no such folder"):
        load_plan(tmp_path / "nowhere")
    with pytest.raises(PlanError, match=r"holds no \.yaml file"):
        load_plan(tmp_path)


def test_files_that_hold_the_same_are_worked_out_once(folder: Path) -> None:
    assert load_plan(folder) is load_plan(folder)


def test_an_edit_is_seen_whenever_it_was_made(folder: Path) -> None:
    before, file = load_plan(folder), folder / "limits.yaml"
    written = file.stat()
    file.write_text(file.read_text("utf-8").replace("ert_ack_in_hours: 5", "ert_ack_in_hours: 6"))
    os.utime(file, (written.st_atime, written.st_mtime))
    assert load_plan(folder).limits.ert_ack_in_hours == before.limits.ert_ack_in_hours + 1


def test_an_edit_of_a_scenario_is_seen_too(folder: Path) -> None:
    before = load_plan(folder)
    next((folder / "exercises").iterdir()).unlink()
    with pytest.raises(PlanError):
        load_plan(folder)
    assert before.scenarios


def test_a_fault_is_said_again_and_a_mended_plan_is_loaded(folder: Path) -> None:
    file = folder / "limits.yaml"
    right = file.read_text("utf-8")
    file.write_text(right.replace("ert_ack_in_hours: 5", "ert_ack_in_hours: 0"))
    for _ in range(2):
        with pytest.raises(PlanError):
            load_plan(folder)
    file.write_text(right)
    assert load_plan(folder).limits.ert_ack_in_hours == 5
