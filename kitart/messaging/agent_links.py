"""An agent's standing link: signed, one agent, revocable; opens "I can't work" and the call log.

It needs no sign-on of any tenant (D20). Only its hash is kept: it is shown once, when it is made.
"""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature

from kitart.installation import Installation
from kitart.journal import agent_links
from kitart.language import phrase
from kitart.messaging.links import LinkError, signer
from kitart.settings import Settings

PATH = "/o/"
PURPOSE = "agent"


def new_link(inst: Installation, agent: str, *, by: str) -> str:
    """A new standing link for an agent; the one before it ends. ``by`` says who made it.

    Raises ``ValueError`` while no signing key is set.
    """
    token = signer(inst.settings, PURPOSE).dumps([agent, secrets.token_urlsafe(12)])
    with inst.journal.write() as session:
        agent_links.keep(session, str(agent), str(token), by=by, now=inst.clock.now())
    return f"{inst.settings.gateway_url}{PATH}{token}"


def agent_of(settings: Settings, token: str) -> str:
    """Whose link it is, by its signature alone; raises ``LinkError`` if forged or broken."""
    try:
        agent, _ = signer(settings, PURPOSE).loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise LinkError(
            phrase("This link is not complete or not genuine"),
            phrase("Nothing has been recorded. Phone your supervisor."),
        ) from error
    return str(agent)
