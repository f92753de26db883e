"""The words of mail to customers: all the figures, one language, and no header that is forged."""

from __future__ import annotations

import re
from datetime import date, timedelta
from email.message import EmailMessage

import pytest

from collections_app.core.clock import now
from collections_app.customers.models import Contact, Customer
from collections_app.notices.courtesy import word_courtesy
from collections_app.notices.known import known_of
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.operations import Owed, owe
from collections_app.notices.to_contacts import put_to_contacts
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from collections_app.outbox.channels import mail_of
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message
from tests.conftest import Cast
from tests.web.facts import day, make_commitment, make_customer, make_payment, stand_on

CHINESE = re.compile(r"[\u4e00-\u9fff]")
FORGED = "Zhou\r\nBcc: evil@c.test\r\n\r\nX: y"


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """One promise that lapsed with a part paid, and one that is due; payments known to the 20th."""
    made = make_customer(cast.east_rep, name="Eastern Foods", code="E-1")
    make_commitment(made, (day(10), 10_000), reference="P-LATE")
    make_commitment(made, (day(25), 500), reference="P-SOON")
    make_payment(made, 2_500, on=day(9))
    organisation()
    stand_on()
    Organisation.objects.update(payments_complete_through=day(20), name="Kept Trading")
    return made


def mail(customer: Customer, language: str, *kinds: str, name: str = "Ms Zhou") -> EmailMessage:
    """The mail as it would leave now."""
    message, said = worded(customer, language, *kinds, name=name)
    message.subject, message.body_text, message.body_html = said.subject, said.text, said.html
    return mail_of(message)


def worded(
    customer: Customer, language: str, *kinds: str, name: str = "Ms Zhou"
) -> tuple[Message, Rendered]:
    contact = Contact.objects.create(
        customer=customer, name=name, email="zhou@c.test", language=language
    )
    due = {"lapsed": day(10), "due_soon": day(25)}
    fresh = []
    for kind in kinds:
        instalment = customer.commitments.get(instalments__due_on=due[kind]).instalments.get()
        key = f"instalment/{instalment.pk}/to-{contact.pk}"
        one = Owed(
            None, key, customer.pk, instalment.pk, contact_id=contact.pk, on_day=date(2026, 11, 20)
        )
        fresh += owe(NoticeKind(kind), [one])
    put_to_contacts(fresh, due_at=now() + timedelta(hours=1))
    notices = Notice.objects.filter(pk__in=fresh).select_related(
        "customer__owner", "contact", "instalment__commitment", "message"
    )
    message = Message.objects.get(notices__in=fresh[:1])
    known = known_of(list(notices), language=language, digest=None)
    return message, word_courtesy(message, list(notices), known)


def test_a_lapse_says_what_was_promised_what_came_and_what_is_missing(customer: Customer) -> None:
    _message, said = worded(customer, "en", "lapsed")
    for text in (said.text, said.html):
        for part in ("Ms Zhou", "P-LATE / 1", "10 Nov 2026", "CNY 10,000.00", "CNY 2,500.00",
                     "CNY 7,500.00", "Payments known up to 20 Nov 2026", "Anna",
                     "anna@kept.test", "Kept Trading", "Eastern Foods"):  # fmt: skip
            assert part in text
    assert said.subject == "CNY 7,500.00 of your payment due on 10 Nov 2026 is still missing"


def test_a_reminder_says_what_is_due_when(customer: Customer) -> None:
    _message, said = worded(customer, "en", "due_soon")
    assert said.subject == "Your payment of CNY 500.00 is due on 25 Nov 2026"
    assert "P-SOON / 1" in said.text
    assert "P-LATE" not in said.text


def test_a_lapse_and_what_is_due_go_into_one_message_with_their_sum(customer: Customer) -> None:
    message, said = worded(customer, "en", "due_soon", "lapsed")
    assert message.kind == "lapsed"
    for part in ("P-LATE / 1", "These are due soon", "P-SOON / 1", "CNY 8,000.00"):
        assert part in said.text
        assert part in said.html


@pytest.mark.parametrize("kinds", [("lapsed",), ("due_soon",), ("due_soon", "lapsed")])
def test_each_language_is_whole(customer: Customer, kinds: tuple[str, ...]) -> None:
    _message, english = worded(customer, "en", *kinds)
    Contact.objects.all().update(email="")
    _message, chinese = worded(customer, "zh-hans", *kinds)
    for text in (english.subject, english.text, english.html):
        assert not re.search(CHINESE, text.replace("PingFang SC", ""))
    assert re.search(CHINESE, chinese.subject)
    plain = re.sub(r"<style.*?</style>|<[^>]+>", " ", chinese.html)
    names = r"Ms Zhou|Anna|anna@kept\.test|Kept Trading|Eastern Foods|CNY|P-(LATE|SOON)"
    for text in (chinese.subject, chinese.text, plain):
        assert re.findall(r"[A-Za-z]{2,}", re.sub(names, "", text)) == []


def test_it_goes_in_the_organisations_name_and_is_answered_to_the_rep(customer: Customer) -> None:
    sent = mail(customer, "en", "lapsed")
    assert sent["From"].startswith("Kept Trading <")
    assert (sent["To"], sent["Reply-To"]) == ("zhou@c.test", "anna@kept.test")


def test_no_name_forges_a_header(customer: Customer) -> None:
    Customer.objects.update(name=FORGED)
    Organisation.objects.update(name=FORGED)
    customer.commitments.filter(reference="P-LATE").update(reference="P\r\nBcc: evil@c.test")
    customer.refresh_from_db()
    sent = mail(customer, "en", "lapsed", name=FORGED)
    allowed = {
        "Subject", "From", "To", "Reply-To", "Message-ID", "Date", "Auto-Submitted",
        "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert set(sent.keys()) == allowed
    head = sent.as_bytes().split(b"\r\n\r\n", 1)[0]
    assert not re.search(rb"^(Bcc|X):", head, re.MULTILINE)
    assert sent["From"].addresses[0].addr_spec != "evil@c.test"


def test_a_name_with_markup_is_text(customer: Customer) -> None:
    _message, said = worded(customer, "en", "lapsed", name="<b>Zhou</b>")
    assert "<b>Zhou</b>" in said.text
    assert "&lt;b&gt;Zhou" in said.html
