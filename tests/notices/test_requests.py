"""Who is told of a request and of its decision, in whose language, and when no more."""

from __future__ import annotations

from io import StringIO
from json import loads

import pytest
from django.core.management import call_command

from collections_app.accounts.models import Language, Person, Role, TeamManager
from collections_app.accounts.queries import managers_above
from collections_app.actions.ask_for import (
    Wish,
    ask_for_concession,
    ask_for_target_cut,
    withdraw_request,
)
from collections_app.actions.decide import approve, refuse
from collections_app.actions.retarget import set_target
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.notices.models import Notice
from collections_app.notices.recheck import prepare
from collections_app.outbox.delivery import Outcome, deliver_due
from collections_app.outbox.models import Message
from tests.builders import make_person
from tests.conftest import Cast
from tests.smtp_sink import SmtpSink
from tests.web.facts import DAY, MONTH, day, make_commitment, make_customer, make_plan, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer = make_customer(cast.east_rep, name="东方商贸", code="E-1")
    make_plan(customer, 1_000)
    make_commitment(customer, (day(25), 500), reference="P-1")
    stand_on()
    return customer


def ask(customer: Customer, *, by: Person | None = None) -> Request:
    return ask_for_concession(
        customer=customer, month=MONTH, by=by or customer.owner, on=DAY,
        wish=Wish(
            kind="postpone", amount=300_00, reason="cash_short", until_on=day(30),
            note="Waits for its retailers", commitment=customer.commitments.get(),
        ),
    )  # fmt: skip


def send_due() -> Outcome:
    return deliver_due(prepare=prepare)


def told(sink: SmtpSink) -> list[str]:
    return sorted(address for _from, to, _mail in sink.envelopes for address in to)


def test_the_teams_manager_is_told_at_once_with_a_link_to_decide(
    smtp_sink: SmtpSink, customer: Customer
) -> None:
    asked = ask(customer)
    assert send_due() == Outcome(sent=1)
    assert told(smtp_sink) == ["mei@kept.test"]
    message = Message.objects.get()
    assert message.subject == "To decide: Anna asks for 东方商贸"
    for body in (message.body_text, message.body_html):
        assert f"/requests/{asked.public_id}/" in body
        for words in ("CNY 300.00", "P-1", "30 Nov 2026", "Waits for its retailers"):
            assert words in body


def test_the_rep_is_told_of_the_decision_in_their_language(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    Person.objects.filter(pk=cast.east_rep.pk).update(language=Language.CHINESE)
    customer = Customer.objects.select_related("owner").get()
    asked = ask(customer)
    refuse(request=asked, by=cast.east_manager, on=DAY, word="They have the money")
    assert send_due() == Outcome(sent=1, withdrawn=1)  # the manager need not be told any more
    assert told(smtp_sink) == ["anna@kept.test"]
    message = Message.objects.get(state="sent")
    assert message.subject == "已驳回：延期付款，东方商贸"
    assert "They have the money" in message.body_text
    assert f"/requests/{asked.public_id}/" in message.body_html


def test_who_decides_is_not_told_and_the_owner_is_if_another_asked(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    asked = ask(customer, by=cast.east_manager)
    assert send_due() == Outcome(sent=1)
    assert told(smtp_sink) == ["ada@kept.test"]
    approve(request=asked, by=cast.admin, on=DAY)
    send_due()
    assert told(smtp_sink) == ["ada@kept.test", "anna@kept.test", "mei@kept.test"]


def test_a_withdrawn_request_is_not_told(smtp_sink: SmtpSink, customer: Customer) -> None:
    withdraw_request(request=ask(customer), by=customer.owner, on=DAY)
    assert send_due() == Outcome(withdrawn=1)
    assert smtp_sink.accepted == []
    assert Message.objects.get().reason == "withdrawn"


def test_a_manager_who_moved_away_is_not_told(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    ask(customer)
    Person.objects.filter(pk=cast.east_manager.pk).update(team=cast.west)
    assert send_due() == Outcome(withdrawn=1)
    assert smtp_sink.accepted == []


def test_a_decision_is_not_told_to_who_may_no_longer_see_the_customer(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    refuse(request=ask(customer), by=cast.east_manager, on=DAY, word="No")
    Customer.objects.update(owner=cast.west_rep)
    assert send_due() == Outcome(withdrawn=2)
    assert smtp_sink.accepted == []


def test_a_target_lowered_by_the_manager_is_told_to_the_rep(
    smtp_sink: SmtpSink, customer: Customer, cast: Cast
) -> None:
    set_target(
        customer=customer, month=MONTH, target=700_00, expected=1_000_00, by=cast.east_manager,
        on=DAY, reason="Shop closed",
    )  # fmt: skip
    assert send_due() == Outcome(sent=1)
    assert told(smtp_sink) == ["anna@kept.test"]
    assert "CNY 1,000.00 → CNY 700.00" in Message.objects.get().body_text


def test_the_outbox_lists_requests_without_a_position(customer: Customer, cast: Cast) -> None:
    ask(customer)
    ask_for_target_cut(
        customer=customer, month=MONTH, seen=1_000_00, target=1, note="x", by=customer.owner,
        on=DAY,
    )  # fmt: skip
    out = StringIO()
    call_command("outbox", "--json", stdout=out)
    notices = [n for m in loads(out.getvalue())["messages"] for n in m["notices"]]
    assert [(n["kind"], n["customer"], n["reference"], n["position"]) for n in notices] == [
        ("requested", "E-1", "P-1", None),
        ("requested", "E-1", None, None),
    ]
    assert set(Notice.objects.values_list("person", flat=True)) == {cast.east_manager.pk}


def test_the_nearest_team_up_with_a_manager_answers(cast: Cast) -> None:
    assert managers_above(cast.east_rep) == [cast.east_manager]
    assert managers_above(cast.east_manager) == [cast.admin]
    head = make_person("Hana", role=Role.MANAGER, team=cast.head, email="hana@kept.test")
    assert managers_above(cast.east_manager) == [head]
    assert managers_above(cast.east_rep, but=cast.east_manager) == [head]
    TeamManager.objects.create(team=cast.east, person=cast.west_manager)
    assert managers_above(cast.east_rep) == [cast.east_manager, cast.west_manager]
    Person.objects.filter(role=Role.MANAGER).update(is_active=False)
    assert managers_above(cast.east_rep) == [cast.admin]
