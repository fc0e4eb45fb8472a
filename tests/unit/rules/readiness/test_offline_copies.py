"""Paper that is older than the plan is a finding, until it is printed again (§8, D17, D27)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kitart.language import in_language
from kitart.plan.schema import Plan
from kitart.rules.readiness.comparing import worse
from kitart.rules.readiness.findings import Finding, Severity
from kitart.rules.readiness.offline_copies import NONE, OLD, OfflineCopy, old_copies
from kitart.rules.readiness.result import look

pytestmark = pytest.mark.covers("D17", "D27")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OLD_HASH = "abcdef012345" + "0" * 52


def found(plan: Plan, *copies: OfflineCopy) -> list[Finding]:
    return list(old_copies(plan, copies))


def test_a_copy_of_another_version_names_both_and_asks_to_print_it_again(plan: Plan) -> None:
    (finding,) = found(plan, OfflineCopy("SV-3", OLD_HASH, NOW, "SV-3"))
    assert (finding.code, finding.where, finding.severity) == (OLD, "SV-3", Severity.WEAK)
    assert finding.what == (
        "the offline copy of the supervisor SV-3 is of version abcdef012345, current is "
        f"{plan.version}"
    )
    assert "print it again" in finding.mend
    assert finding.projects == ("CHARLIE",)
    assert "abcdef012345" in in_language(finding.what, "hu")
    assert "offline" not in in_language(finding.what, "hu")


def test_a_copy_of_the_version_as_it_is_is_no_finding(plan: Plan) -> None:
    assert found(plan, OfflineCopy("SV-3", plan.hash, NOW, "SV-3")) == []


def test_those_of_whom_no_print_is_known_are_one_finding_however_many(plan: Plan) -> None:
    copies = [OfflineCopy(person.id) for person in plan.people]
    (finding,) = found(plan, *copies)
    many = len(plan.people)
    assert (finding.code, finding.where) == (NONE, "company")
    assert finding.what.startswith(f"no offline copy is known of {many} of {many} role holders: ")
    assert finding.what.endswith(", …")


def test_who_holds_no_role_any_more_is_not_named(plan: Plan) -> None:
    assert found(plan, OfflineCopy("SV-99", OLD_HASH, NOW, "SV-99")) == []


def test_an_edit_of_the_plan_that_makes_all_paper_old_is_no_news_for_the_account_managers(
    plan: Plan,
) -> None:
    """The new version itself is told to everybody, with "print it again" (R51)."""
    current = tuple(OfflineCopy(p.id, plan.hash, NOW, p.id) for p in plan.people)
    old = tuple(OfflineCopy(p.id, OLD_HASH, NOW, p.id) for p in plan.people)
    before = look(plan, (), NOW, copies=current, hours=1)
    now = look(plan, (), NOW, copies=old, hours=1)
    assert sum(each.code == OLD for each in now.findings) == len(plan.people)
    assert worse(before, now) == ()
