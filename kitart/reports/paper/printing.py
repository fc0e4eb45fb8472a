"""A role's paper plan as HTML and as PDF, and what its file is called (D17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from kitart.language import LANGUAGES
from kitart.plan.contact_list import Verified
from kitart.plan.schema import Plan
from kitart.reports.paper.view import ROLES, address_key, paper_plan
from kitart.reports.pdf import pdf_of
from kitart.reports.rendering import environment

__all__ = ["LANGUAGES", "ROLES", "as_html", "as_pdf", "file_name", "verified_days"]


def as_html(
    plan: Plan,
    role: str,
    language: str,
    *,
    printed_at: datetime,
    verified: Mapping[str, date],
    templates_dir: Path,
) -> str:
    """The paper plan as one HTML page without anything from outside; raises as ``paper_plan``."""
    view = paper_plan(plan, role, language, printed_at=printed_at, verified=verified)
    template = environment(templates_dir / "reports", language).get_template("paper_plan.html")
    return template.render(view=view)


def as_pdf(html: str, plan: Plan, *, printed_at: datetime, templates_dir: Path) -> bytes:
    """The PDF of that page, A4 and tagged; raises ``PdfNotMade`` where none can be made."""
    company = plan.company.name
    return pdf_of(html, printed_at, company=company, templates_dir=templates_dir)


def file_name(plan: Plan, role: str, language: str, ending: str) -> str:
    """``plan_supervisor_hu_1a2b3c4d5e6f.pdf``: which plan it is stands in its name."""
    return f"plan_{role}_{language}_{plan.version}.{ending}"


def verified_days(plan: Plan, verified: Verified) -> dict[str, date]:
    """When tests last reached each address, as ``paper_plan`` wants it."""
    return {
        address_key(person.id, channel): at.date()
        for person in plan.people
        for channel in person.channels
        if (at := verified.get((person.id, channel.kind, channel.address)))
    }
