"""The cloud tenant fails as well: mail takes the second way, filing waits and is caught up.

It is scenario C, everything at once, as far as the plans carry it: phones and tenant fail together.
No plan knows the sign-on as a system of its own, with sessions that end project by project: the
phones fail for all at one moment here, and level 4 with its eight hours is told in
``test_voicemail``.
"""

from __future__ import annotations

import pytest

from kitart.connectors.http import host_pauses
from kitart.connectors.microsoft.tokens import forget_tokens
from tasks import filing
from tests.scenarios.documents import assert_each_in_form
from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(300)


@pytest.mark.covers("E42", "E43", "E44", "D14", "D18", "D26")
def test_clients_are_told_by_the_second_way_and_reports_are_filed_later(
    story, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (filing.file_documents, filing.update_register):
        monkeypatch.setattr(step, "retry_delay_seconds", [0.1, 0.1, 0.1])
    story.world.tenant_faults.set("/*", "unavailable", retry_after=1)
    forget_tokens()
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:03")
    assert story.texts_to(story.plan.ert_order(story.start)[0].id)
    first = story.eventually(
        lambda: [d for d in story.documents("CL-2") if d.sent_at], "the first notification"
    )[0]
    assert not story.world.tenant.mail
    by_relay = [mail for mail in story.world.smtp.mails if "client-2" in str(mail.to)]
    assert [mail.subject for mail in by_relay][:1] == [first.subject]
    assert first.filed_at is None
    assert_told_in_its_language(story, "first-notification")
    assert story.entries("filing waits")
    story.world.tenant_faults.clear()
    host_pauses.forget()
    story.at("09:06")
    story.eventually(
        lambda: [d for d in story.documents("CL-2") if d.id == first.id and d.filed_at],
        "the late filing",
    )
    assert any(first.file_name.lower() in path for path in story.world.tenant.files)
    # It ends well, and each of the four clients has its complete set, filed.
    story.phone_system("up")
    story.at("09:26", by_minutes=1)
    story.orchestrator.wait()
    whole = ["first-notification", "status-update", "recovery-notice", "closing-report"]
    for client in story.plan.clients:
        kinds = {d.type for d in story.documents(client.id) if d.sent_at}
        assert kinds <= set(whole)
        assert {whole[0], *whole[2:]} <= kinds
        assert all(d.filed_at for d in story.documents(client.id) if d.sent_at)
        assert_each_in_form(story, "C", client.id)
