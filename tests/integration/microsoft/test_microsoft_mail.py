"""Mail: accepted with its key in a header, refused in plain words."""

from __future__ import annotations

import pytest

from kitart.connectors.attachment import LARGEST_BYTES, Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.microsoft import MicrosoftTenant
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState

pytestmark = pytest.mark.covers("E43")


def test_a_mail_arrives_with_its_key(state: TenantState, tenant: MicrosoftTenant) -> None:
    accepted = tenant.send_mail(
        ["ert-1@kitart.example", "am-2@kitart.example"],
        "Kiesés: CHARLIE",
        "<p>Áramszünet</p>",
        "Áramszünet",
        message_key="INC-0001/first/ERT-1/mail/1",
    )
    mail = state.mail[0]
    assert accepted.message_key == "INC-0001/first/ERT-1/mail/1"
    assert accepted.request_id
    assert mail.to == ("ert-1@kitart.example", "am-2@kitart.example")
    assert (mail.subject, mail.content_type) == ("Kiesés: CHARLIE", "html")
    assert mail.content == "<p>Áramszünet</p>"
    assert mail.headers == {"x-kitart-key": "INC-0001/first/ERT-1/mail/1"}
    assert mail.sender == state.mailbox


def test_a_report_arrives_with_its_pdf_byte_for_byte(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    pdf = Attachment("Jelentés_v1.pdf", b"%PDF-1.7 " + bytes(range(256)), "application/pdf")
    tenant.send_mail(["a@x.example"], "s", "<p>h</p>", "t", message_key="k", attachments=[pdf])
    (got,) = state.mail[0].attachments
    assert (got.name, got.content_type, got.content) == (pdf.name, pdf.content_type, pdf.content)
    assert state.mail[0].content == "<p>h</p>"
    (sent,) = [one.sent for one in state.exchanges if one.path.endswith("/sendMail")]
    assert sent["message"]["attachments"][0]["@odata.type"] == "#microsoft.graph.fileAttachment"


def test_the_largest_attachment_goes_and_one_byte_more_is_refused_before_any_call(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    most = Attachment("a.pdf", b"x" * LARGEST_BYTES, "application/pdf")
    tenant.send_mail(["a@x.example"], "s", "h", "t", message_key="k", attachments=[most])
    assert [len(one.content) for one in state.mail[0].attachments] == [LARGEST_BYTES]
    more = Attachment("b.pdf", b"x", "application/pdf")
    before = len(state.exchanges)
    with pytest.raises(ConnectorError, match="attachments have 3000001 bytes") as error:
        tenant.send_mail(["a@x.example"], "s", "h", "t", message_key="k", attachments=[most, more])
    assert error.value.permanent
    assert len(state.exchanges) == before


def test_without_html_the_text_is_sent(state: TenantState, tenant: MicrosoftTenant) -> None:
    tenant.send_mail(["a@kitart.example"], "s", None, "a < b", message_key="k")
    assert (state.mail[0].content_type, state.mail[0].content) == ("text", "a < b")


def test_a_recipient_named_twice_gets_it_once(state: TenantState, tenant: MicrosoftTenant) -> None:
    tenant.send_mail(["a@kitart.example"] * 2, "s", None, "t", message_key="k")
    assert state.mail[0].to == ("a@kitart.example",)


@pytest.mark.parametrize("to", [[], ["nobody"], ["a@kitart.example", "b@x.example\r\nBcc: c@d"]])
def test_a_wrong_recipient_is_named_before_any_call(
    state: TenantState, tenant: MicrosoftTenant, to: list[str]
) -> None:
    with pytest.raises(ConnectorError, match="mail recipients are") as error:
        tenant.send_mail(to, "s", None, "t", message_key="k")
    assert error.value.permanent
    assert state.exchanges == []


@pytest.mark.parametrize("key", ["", "line\nbreak", "kulcs-é"])
def test_a_key_that_no_header_can_hold_is_refused(tenant: MicrosoftTenant, key: str) -> None:
    with pytest.raises(ConnectorError, match="message key is"):
        tenant.send_mail(["a@kitart.example"], "s", None, "t", message_key=key)


def test_a_mailbox_that_is_not_ours_is_permanent(settings: MicrosoftSettings) -> None:
    tenant = MicrosoftTenant(settings.model_copy(update={"mailbox": "other@kitart.example"}))
    with pytest.raises(ConnectorError, match="ErrorInvalidUser") as error:
        tenant.send_mail(["a@kitart.example"], "s", None, "t", message_key="k")
    assert error.value.permanent


def test_no_mailbox_is_named(settings: MicrosoftSettings) -> None:
    tenant = MicrosoftTenant(settings.model_copy(update={"mailbox": ""}))
    with pytest.raises(ConnectorError, match="mailbox is needed"):
        tenant.send_mail(["a@kitart.example"], "s", None, "t", message_key="k")


@pytest.mark.parametrize("kind", ["unavailable", "throttle", "reset", "html_unavailable"])
def test_sick_mail_may_pass_and_nothing_was_sent(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults, kind: str
) -> None:
    faults.set("*/sendMail", kind)
    with pytest.raises(ConnectorError) as error:
        tenant.send_mail(["a@kitart.example"], "s", None, "t", message_key="k")
    assert not error.value.permanent
    assert state.mail == []


def test_a_lost_answer_is_an_error_although_the_mail_went_out(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    """The caller can't know; the key in the header is how a person can tell."""
    faults.set("*/sendMail", "lost_answer")
    with pytest.raises(ConnectorError):
        tenant.send_mail(["a@kitart.example"], "s", None, "t", message_key="k")
    assert [mail.headers["x-kitart-key"] for mail in state.mail] == ["k"]
