"""Whether the plan is ready (A31, D14, D27): what loading cannot see, since it is well formed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta

from kitart.language import LANGUAGES, phrase
from kitart.plan.check_chats import chat_problems
from kitart.plan.check_cover import cover_problems
from kitart.plan.check_exercises import exercise_problems
from kitart.plan.check_inputs import input_problems
from kitart.plan.check_people import people_problems
from kitart.plan.contact_list import Verified, last_verified
from kitart.plan.dependencies import share_a_failure
from kitart.plan.general import GENERAL
from kitart.plan.inputs import is_input
from kitart.plan.people import Channel
from kitart.plan.problems import Problem, error, warning
from kitart.plan.references import reference_problems
from kitart.plan.reviewed import PLAN
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE

TEMPLATE_LANGUAGES = frozenset(LANGUAGES)
DIVERT_TESTED_DAYS = 366


def check_plan(
    plan: Plan,
    today: date,
    template_languages: Collection[str] = TEMPLATE_LANGUAGES,
    *,
    chats: Mapping[str, Collection[str]] | None = None,
    verified: Verified | None = None,
) -> list[Problem]:
    """All findings, errors first. ``where`` is the path within the plan (no file). ``verified``
    is what tests of the contact list verified: of that and the plan's own date the newer counts.

    ``chats``: the names of chats that the settings hold, where they are known.
    An error means the plan is not ready to be used (A31); a warning, that somebody should look.
    """
    problems = [
        *reference_problems(plan),
        *people_problems(plan, today),
        *chat_problems(plan, chats or {}),
        *_client_problems(plan, template_languages),
        *_project_problems(plan),
        *_line_problems(plan, today),
        *_queue_line_problems(plan),
        *_system_problems(plan),
        *cover_problems(plan),
        *input_problems(plan, today),
        *exercise_problems(plan),
        *_verification_problems(plan, today, verified or {}),
    ]
    return sorted(problems, key=lambda problem: problem.severity != "error")


def _client_problems(plan: Plan, template_languages: Collection[str]) -> Iterator[Problem]:
    for index, language in enumerate(plan.company.report_languages):
        if language not in template_languages:
            yield error(
                f"company.report_languages[{index}]", _no_template(language, template_languages)
            )
    for index, client in enumerate(plan.clients):
        path = f"clients[{index}]"
        if client.report.language not in template_languages:
            yield error(
                f"{path}.report.language", _no_template(client.report.language, template_languages)
            )
        permits = client.permits
        if not (permits.non_native or permits.english_only or permits.voicemail):
            yield error(
                f"{path}.permits",
                phrase(
                    "{client} permits neither non_native, english_only nor voicemail: when the "
                    "native backups are used up nothing is left; agree on at least one",
                    client=client.id,
                ),
                code="client-permits-nothing",
            )
        channels = [channel for contact in client.contacts for channel in contact.channels]
        if len({channel.address for channel in channels}) < 2:
            yield error(
                f"{path}.contacts",
                phrase("{client} has one channel only; add one of another kind", client=client.id),
                code="client-channels-too-few",
            )
        elif shared := share_a_failure(plan, channels):
            yield warning(
                f"{path}.contacts",
                phrase("{client}: {shared}", client=client.id, shared=shared),
                code="client-channels-fail-together",
            )


def _no_template(language: str, template_languages: Collection[str]) -> str:
    return (
        f"there are no report templates in {language!r}; "
        f"right would be one of {', '.join(sorted(template_languages))}"
    )


def _project_problems(plan: Plan) -> Iterator[Problem]:
    managers = {person.id for person in plan.people_of_kind("account_manager")}
    for index, project in enumerate(plan.projects):
        path = f"projects[{index}]"
        for key in ("account_manager", "deputy_account_manager"):
            code = getattr(project, key)
            if code is not None and code not in managers:
                yield error(
                    f"{path}.{key}",
                    phrase(
                        "{code} is no account manager; right would be one of {managers}",
                        code=code,
                        managers=", ".join(sorted(managers)) or "people of kind account_manager",
                    ),
                )
        if project.deputy_account_manager is None:
            yield error(f"{path}.deputy_account_manager", phrase("is missing; name a deputy"))
        elif project.deputy_account_manager == project.account_manager:
            yield error(
                f"{path}.deputy_account_manager",
                phrase(
                    "{person} is the account manager too; name somebody else",
                    person=project.account_manager,
                ),
                code="deputy-manager-is-manager",
            )
        if not project.supervisors:
            yield error(f"{path}.supervisors", phrase("is empty; name at least one supervisor"))
        languages = {queue.lang for queue in project.queues}
        for language in sorted(languages - set(project.voicemail.greeting_languages)):
            yield warning(
                f"{path}.voicemail.greeting_languages",
                phrase("{language} has no greeting; record one", language=language),
                code="voicemail-greeting-missing",
            )


def _line_problems(plan: Plan, today: date) -> Iterator[Problem]:
    for index, line in enumerate(plan.lines):
        path = f"lines[{index}]"
        if line.carrier_divert_number is None:
            yield error(
                f"{path}.carrier_divert_number",
                phrase(
                    "{line} has none; arrange one with the carrier for the day VCC is down",
                    line=line.id,
                ),
                code="divert-missing",
            )
        tested = line.carrier_divert_tested
        if tested is None or tested < today - timedelta(days=DIVERT_TESTED_DAYS):
            when = phrase("last tested {day}", day=tested) if tested else phrase("never tested")
            yield warning(
                f"{path}.carrier_divert_tested",
                phrase("{line}: {when}; test the divert", line=line.id, when=when),
                code="divert-not-tested",
            )
        if line.lang not in line.greeting_languages:
            yield warning(
                f"{path}.greeting_languages",
                phrase(
                    "{line} has none in {language}; record one", line=line.id, language=line.lang
                ),
                code="line-greeting-missing",
            )


def _queue_line_problems(plan: Plan) -> Iterator[Problem]:
    lines = {line.id: line for line in plan.lines}
    for index, project in enumerate(plan.projects):
        for place, queue in enumerate(project.queues):
            path = f"projects[{index}].queues[{place}].lines"
            if not queue.lines:
                yield error(
                    path,
                    phrase(
                        "{project}/{language} has no line; name its phone line",
                        project=project.id,
                        language=queue.lang,
                    ),
                    code="queue-without-line",
                )
            for number, code in enumerate(queue.lines):
                named = lines.get(code)
                if named and (named.project, named.lang) != (project.id, queue.lang):
                    yield error(
                        f"{path}[{number}]",
                        phrase(
                            "{code} belongs to {other}/{other_language}; right would be a line "
                            "of {project}/{language}",
                            code=code,
                            other=named.project,
                            other_language=named.lang,
                            project=project.id,
                            language=queue.lang,
                        ),
                    )


def _system_problems(plan: Plan) -> Iterator[Problem]:
    for index, system in enumerate(plan.systems):
        if system.id in (GENERAL, WORKPLACE, PLAN) or is_input(system.id):
            yield error(
                f"systems[{index}].id",
                phrase(
                    "{system} stands for incidents that no system of the register is named in; "
                    "give the system another code",
                    system=system.id,
                ),
            )
        if system.managed_by == "company" and system.supplier is None:
            yield warning(
                f"systems[{index}].supplier",
                phrase("{system} has none; name who repairs it", system=system.id),
                code="system-without-supplier",
            )
        touched = [project.client for project in plan.projects_affected_by(system.id)]
        if system.managed_by == "client" and system.client not in touched:
            yield error(
                f"systems[{index}].affects",
                phrase(
                    "{system} touches no project of {client}, who manages it and would not be "
                    "told; name its projects",
                    system=system.id,
                    client=system.client,
                ),
            )
        elif system.carries_calls and not touched:
            yield error(
                f"systems[{index}].affects",
                phrase(
                    "{system} carries calls and touches no project; name the projects whose "
                    "calls it carries",
                    system=system.id,
                ),
            )


def _verification_problems(plan: Plan, today: date, verified: Verified) -> Iterator[Problem]:
    for index, person in enumerate(plan.people):
        channels = tuple(
            channel.model_copy(update={"verified": last_verified(plan, person, channel, verified)})
            for channel in person.channels
        )
        yield from _unverified(plan, today, f"people[{index}]", person.id, channels)
    for index, client in enumerate(plan.clients):
        for place, contact in enumerate(client.contacts):
            path = f"clients[{index}].contacts[{place}]"
            yield from _unverified(plan, today, path, contact.id, contact.channels)
    for index, agent in enumerate(plan.agents):
        yield from _unverified(plan, today, f"agents[{index}]", agent.id, agent.channels)


def _unverified(
    plan: Plan, today: date, path: str, who: str, channels: tuple[Channel, ...]
) -> Iterator[Problem]:
    days = plan.limits.verified_days
    for index, channel in enumerate(channels):
        if channel.verified is None or channel.verified < today - timedelta(days=days):
            when = (
                phrase("last verified {day}", day=channel.verified)
                if channel.verified
                else phrase("never verified")
            )
            yield warning(
                f"{path}.channels[{index}].verified",
                phrase(
                    "{channel} of {who}: {when}, more than {days} days ago; verify it",
                    channel=channel.kind,
                    who=who,
                    when=when,
                    days=days,
                ),
                code="channel-not-verified",
            )
