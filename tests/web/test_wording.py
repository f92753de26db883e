"""The words of mail: read before they are sent, the organisation's own, by placeholders alone."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail as django_mail
from django.test import Client

from collections_app.accounts.models import AuditEntry
from collections_app.commitments.models import Instalment
from collections_app.core.clock import now
from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.operations import Owed, owe, put_into_messages
from collections_app.notices.samples import SAMPLES
from collections_app.notices.wording import WORDED
from collections_app.organisation.models import Wording
from collections_app.organisation.wording import set_wording
from collections_app.outbox.delivery import Rendered, deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.upkeep.texts import compile_texts
from tests.conftest import Cast
from tests.web.facts import day, make_commitment, make_customer, stand_on

PAGE = "/settings/wording/"
MORNING = f"{PAGE}morning/en/"
EVERY = [(kind, language) for kind in WORDED for language in ("en", "zh-hans")]


def token() -> str:
    return str(uuid.uuid4())


def send(client: Client, path: str = MORNING, **values: str) -> int:
    seen = client.get(path).context["form"]["seen"].value()
    answer = client.post(path, {"token": token(), "seen": seen} | values)
    return answer.status_code


def tell_lapse(cast: Cast) -> Message:
    customer = make_customer(cast.east_rep, name="东方商贸", code="E-1")
    make_commitment(customer, (day(10), 10_000), reference="P-EAST")
    stand_on()
    instalment = Instalment.objects.get()
    owed = Owed(cast.east_rep.pk, f"instalment/{instalment.pk}", customer.pk, instalment.pk)
    (message,) = put_into_messages(owe(NoticeKind.LAPSED, [owed]), due_at=now())
    return message


def said(message: Message) -> Rendered:
    rendered = prepare(message)
    assert isinstance(rendered, Rendered)
    return rendered


def test_every_kind_that_can_be_worded_has_a_sample() -> None:
    assert set(SAMPLES) == set(WORDED)


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_each_kind_can_be_read_in_each_language(
    cast: Cast, client: Client, kind: str, language: str
) -> None:
    compile_texts()
    set_wording(kind=kind, language=language, opening="A <b>", closing="Z {name}", actor=None)
    stand_on()
    client.force_login(cast.admin)
    page = client.get(f"{PAGE}{kind}/{language}/")
    text, html = page.context["preview"].said.text, page.context["preview"].said.html
    assert ("您好" in text) == (language == "zh-hans")
    assert "A <b>" in text
    assert "A &lt;b&gt;" in html
    assert "Z Ada" in text
    assert f'lang="{language}"' in html


def test_the_preview_tells_the_newest_such_notice(cast: Cast, client: Client) -> None:
    tell_lapse(cast)
    client.force_login(cast.admin)
    shown = client.get(MORNING).context["preview"]
    assert shown.is_real
    assert "P-EAST" in shown.said.text
    assert Notice.objects.get().state == "owed"


def test_the_preview_is_a_document_of_no_origin(cast: Cast, client: Client) -> None:
    stand_on()
    client.force_login(cast.admin)
    answer = client.get(f"{MORNING}html/")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert b"sandbox" in client.get(MORNING).content


def test_own_words_stand_in_the_next_mail_with_their_placeholders_filled(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.admin)
    stand_on()
    assert send(client, opening="{name} of {organisation}: {count}", closing="Bye") == 302
    rendered = said(tell_lapse(cast))
    assert "Anna of Kept: 1" in rendered.text
    assert "Anna of Kept: 1" in rendered.html
    assert rendered.text.rstrip().endswith("Bye")


def test_what_a_value_holds_is_no_placeholder_and_no_html(cast: Cast, client: Client) -> None:
    cast.east_rep.name = "<i>{organisation}</i>"
    cast.east_rep.save()
    set_wording(kind="morning", language="en", opening="To {name}!", closing="", actor=None)
    rendered = said(tell_lapse(cast))
    assert "To <i>{organisation}</i>!" in rendered.text
    assert "To &lt;i&gt;{organisation}&lt;/i&gt;!" in rendered.html


@pytest.mark.parametrize("text", ["{% load x %}", "{{ name }}", "{name.password}"])
def test_words_are_no_code(cast: Cast, text: str) -> None:
    try:
        set_wording(kind="morning", language="en", opening=text, closing="", actor=None)
    except Exception as refusal:
        assert getattr(refusal, "code", "") == "unknown_placeholder"
    else:
        pytest.fail("taken")


def test_an_unknown_placeholder_is_refused_by_name(cast: Cast, client: Client) -> None:
    stand_on()
    client.force_login(cast.admin)
    seen = client.get(MORNING).context["form"]["seen"].value()
    values = {"token": token(), "seen": seen, "opening": "Dear {nmae}", "closing": ""}
    answer = client.post(MORNING, values)
    assert answer.status_code == 422
    assert "{nmae} is no placeholder; there are {name}, {organisation}, {count}." in (
        answer.content.decode()
    )
    assert not Wording.objects.exists()


def test_words_of_one_language_leave_the_other_alone(cast: Cast) -> None:
    set_wording(kind="morning", language="zh-hans", opening="早", closing="", actor=None)
    assert "早" not in said(tell_lapse(cast)).text


def test_a_change_and_the_way_back_are_on_record(cast: Cast, client: Client) -> None:
    stand_on()
    client.force_login(cast.admin)
    send(client, opening="Hi", closing="")
    client.post(f"{MORNING}reset/", {"token": token()})
    entries = AuditEntry.objects.filter(subject_kind="wording").order_by("pk")
    assert [(e.verb, e.actor, e.subject_id) for e in entries] == [
        ("change", cast.admin, "morning/en"),
        ("reset", cast.admin, "morning/en"),
    ]
    assert not Wording.objects.exists()


def test_who_was_second_is_told_what_stands_now(cast: Cast, client: Client) -> None:
    stand_on()
    client.force_login(cast.admin)
    seen = client.get(MORNING).context["form"]["seen"].value()
    set_wording(kind="morning", language="en", opening="First", closing="", actor=cast.admin)
    values = {"token": token(), "seen": seen, "opening": "Second", "closing": ""}
    answer = client.post(MORNING, values)
    assert answer.status_code == 409
    assert Wording.objects.get().opening == "First"


@pytest.mark.django_db(transaction=True)
def test_a_trial_goes_to_oneself_through_the_outbox(cast: Cast, client: Client) -> None:
    stand_on()
    client.force_login(cast.admin)
    answer = client.post(f"{MORNING}try/", {"token": token()})
    message = Message.objects.get()
    assert answer["Location"] == f"/messages/{message.public_id}/"
    assert deliver_due(prepare=prepare).sent == 1
    message.refresh_from_db()
    assert (message.to_address, message.kind, message.state) == ("ada@kept.test", "trial", "sent")
    assert "1 promise has lapsed" in message.subject
    assert django_mail.outbox == []


@pytest.mark.parametrize("path", ["nothing/en/", "morning/fr/", "reset/en/"])
def test_what_is_no_kind_or_language_does_not_exist(cast: Cast, client: Client, path: str) -> None:
    client.force_login(cast.admin)
    assert client.get(f"{PAGE}{path}").status_code == 404


def test_others_than_administrators_do_not_get_there(cast: Cast, client: Client) -> None:
    for person in (cast.east_rep, cast.east_manager, cast.finance):
        client.force_login(person)
        assert client.get(PAGE).status_code == 403
