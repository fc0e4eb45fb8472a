"""The facts as one client may see them: the one place where D22 and D23 are kept.

Builders work on this copy alone, so that nothing of another client can reach a template.
"""

from __future__ import annotations

from typing import Any

from kitart.language import words
from kitart.reports.facts import Fact, IncidentFacts
from kitart.reports.facts.levels import in_force
from kitart.reports.facts.written import said
from kitart.reports.privacy import ReaderFilter
from kitart.reports.terms import N_
from kitart.rules.write_up import CLIENT_SAFE, NOT_ESTABLISHED

WITHHELD = N_("not available: the text on record is being reworded")
CAUSES = ("cause-direct", "cause-root")
_KEYS = {"id", "project_id", "client_id", "line", "lines", "zone", "lang", "language", "number",
         "part"}  # fmt: skip


def for_client(facts: IncidentFacts, client_id: str) -> IncidentFacts:
    """A copy with this client's projects, entries and words alone, and roles for persons.

    An entry that names another client's project, line or name is left out; a single text that
    does is replaced by ``WITHHELD``. Raises ``ValueError`` for a client the incident doesn't know.
    """
    reader = ReaderFilter.for_client(facts, client_id)
    client = facts.client(client_id)
    mine = {effect.project_id for effect in facts.effects_of(client_id)}
    legal = tuple(each for each in facts.legal if each.client_id == client_id)
    changes = tuple(
        each for each in facts.level_changes if each.project_id is None or each.project_id in mine
    )
    scoped = facts.model_copy(
        update={
            "clients": (
                client.model_copy(
                    update={
                        "not_affected": reader.texts(client.not_affected),
                        "recipients": reader.texts(client.recipients),
                        # Blank, so that the computed words take their place.
                        "headline": reader.text(client.headline, ""),
                        "callers_experience": reader.text(client.callers_experience, ""),
                        "request": reader.text(client.request, ""),
                        "service_agreement": reader.text(client.service_agreement, ""),
                    }
                ),
            ),
            "effects": facts.effects_of(client_id),
            "am_told": tuple(each for each in facts.am_told if each.project_id in mine),
            "level_changes": changes,
            # The level of its own projects: that of another client's is not its business.
            "cover_level": in_force(changes) if facts.cover else facts.cover_level,
            "cover": tuple(each for each in facts.cover if each.project_id in mine),
            "agents_out": tuple(each for each in facts.agents_out if each.project_id in mine),
            "timeline": tuple(
                each
                for each in facts.timeline
                if each.audience == "client-safe"
                and each.client_id in (None, client_id)
                and (each.project_id is None or each.project_id in mine)
                and each.text.strip()
                and all(reader.allows(text) for text in (each.text, each.source, each.author_role))
                and all(reader.allows(text) for _, text in each.values)
            ),
            "messages": tuple(each for each in facts.messages if each.client_id == client_id),
            "decisions": tuple(
                each
                for each in facts.decisions
                if each.audience == "client-safe"
                and each.client_id in (None, client_id)
                and reader.allows(f"{each.what}\n{each.answer}\n{each.reason}")
            ),
            "diverts": tuple(
                each for each in facts.diverts if each.project_id is None or each.project_id in mine
            ),
            "proofs": tuple(each for each in facts.proofs if each.project_id in mine),
            "calls": tuple(each for each in facts.calls if each.project_id in mine),
            "earlier_reports": tuple(
                each for each in facts.earlier_reports if each.client_id == client_id
            ),
            "legal": legal,
            "privacy": next((each.privacy for each in legal if each.privacy), facts.privacy),
            "also_open": tuple(each for each in facts.also_open if client_id in each.client_ids),
            "company_names": (),
            "assumptions": reader.texts(facts.assumptions),
            "open_questions": reader.texts(facts.open_questions),
            "attachments": reader.texts(facts.attachments),
            **_what_is_written(facts, client_id, reader),
        }
    )
    cleaned: IncidentFacts = _cleaned(scoped, reader)
    return cleaned


def _what_is_written(facts: IncidentFacts, client_id: str, reader: ReaderFilter) -> dict[str, Any]:
    """What people marked for this client, or for all clients, and that names no other (D22-D24).

    The cause is what stands there; one that is openly not established is none.
    """
    written = tuple(
        each
        for each in facts.written
        if each.audience == CLIENT_SAFE
        and each.client_id in (None, client_id)
        and reader.allows(each.text)
    )
    cause = facts.cause
    direct, root = (said(written, part, client_id) for part in CAUSES)
    if direct is not None:
        cause = direct.text
    elif said(written, NOT_ESTABLISHED, client_id) is not None:
        cause = ""
    elif not cause.strip() and root is not None:
        cause = root.text
    return {
        "written": written,
        "cause": cause,
        "corrective_actions": tuple(
            each
            for each in facts.corrective_actions
            if each.audience == CLIENT_SAFE
            and each.client_id in (None, client_id)
            and all(map(reader.allows, (each.finding, each.action, each.check, each.evidence,
                                        each.effect)))
        ),
    }  # fmt: skip


def for_company(facts: IncidentFacts, language: str) -> IncidentFacts:
    """A copy for readers inside the company: all clients, roles for persons (D22)."""
    cleaned: IncidentFacts = _cleaned(facts, ReaderFilter(None, None, language))
    # What a message is for is a key of ours ("ert-alarm"), and looks like a person's code.
    messages = tuple(
        clean.model_copy(update={"purpose": each.purpose})
        for clean, each in zip(cleaned.messages, facts.messages, strict=True)
    )
    return cleaned.model_copy(update={"messages": messages})


def _cleaned(value: Any, reader: ReaderFilter) -> Any:
    if isinstance(value, Fact):
        changed = {
            name: _cleaned(getattr(value, name), reader)
            for name in type(value).model_fields
            if name not in _KEYS
        }
        return value.model_copy(update=changed)
    if isinstance(value, tuple):
        return tuple(_cleaned(each, reader) for each in value)
    if isinstance(value, str):
        if reader.allows(value):
            return reader.clean(value)
        return words(reader.language, "reports").gettext(WITHHELD)
    return value
