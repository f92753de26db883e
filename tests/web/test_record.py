"""The record of a customer: rates in its head, the suggestion, rating and regular payment."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.customers.models import Customer, RatingChange, RegularAgreement
from collections_app.followups.models import Request
from tests import facts
from tests.conftest import Cast
from tests.web.acting import on, send, text_of
from tests.web.conduct import make_record
from tests.web.facts import DAY, day, make_commitment, make_customer, make_payment, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer = make_record(cast.east_rep)
    stand_on()
    return customer


def page(client: Client, customer: Customer, tab: str = "record") -> str:
    return text_of(client.get(f"/customers/{customer.public_id}/?tab={tab}"))


def test_the_head_tells_kept_rate_regularity_and_the_suggestion(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    text = page(client, customer, "plan")
    assert "Kept rate, 12 months 71% 6 of 11 instalments" in text
    assert "Regularity 80 of 100" in text
    assert "C is suggested: why" in text


def test_a_customer_without_a_record_says_what_to_do(cast: Cast, client: Client) -> None:
    stand_on()
    customer = make_customer(cast.east_rep)
    client.force_login(cast.east_rep)
    text = page(client, customer)
    assert "Ask for a promise with a date" in text
    assert "0 instalments had a verdict in twelve months, six are needed" in text
    assert "Nothing regular is agreed." in text
    assert "No target, promise or payment in these twelve months." in text


def test_the_suggestion_is_explained_in_figures(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    text = page(client, customer)
    assert "Twelve months of promises suggest C ." in text
    assert "Kept by amount A from 95 %, B from 80 %, C from 50 % 70.9 % C" in text
    assert "Broken, of all instalments A up to 5 %, B up to 15 %, C up to 40 % 18.2 % C" in text
    assert "Regularity A from 90, B from 70, C from 40 80 B" in text


def test_the_pictures_have_tables_of_the_same_figures(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    text = page(client, customer)
    assert "June 2026 June 10, 2026 100,000 60,000 60 %" in text
    assert "June 2026 120,000 100,000 60,000" in text
    body = client.get(f"/customers/{customer.public_id}/?tab=record").content.decode()
    assert "style=" not in body
    assert len(re.findall(r'<rect class="k-bar-(?:received|part)"', body)) == 24


def test_concessions_are_told_with_their_share(
    cast: Cast, client: Client, customer: Customer
) -> None:
    for state, decided in (("approved", DAY), ("refused", DAY)):
        Request.objects.create(
            customer=customer, kind="reduce", month=date(2026, 10, 1), amount=132_000_00,
            state=state, asked_on=DAY, asked_by=cast.east_rep, decided_on=decided,
            decided_at=customer.entered_at,
        )  # fmt: skip
    client.force_login(cast.east_rep)
    assert "1 concession over 132,000 in twelve months: 9% of the targets." in page(
        client, customer
    )


def test_a_manager_applies_a_rating_and_undoes_it(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_manager)
    form = client.get(on(customer, "rating")).context["form"]
    assert form["rating"].value() == "C"
    answer = send(client, on(customer, "rating"), rating="C", seen="B", reason="as suggested")
    assert answer.status_code == 302
    assert RatingChange.objects.get(customer=customer).valid_from == DAY
    shown = client.get(answer["Location"])
    assert f"/customers/{customer.public_id}/rating/undo/" in shown.content.decode()
    send(client, f"/customers/{customer.public_id}/rating/undo/")
    customer.refresh_from_db()
    assert customer.rating == "B"


def test_a_rep_sees_the_suggestion_and_cannot_apply_it(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    assert "Change the rating" not in page(client, customer)
    assert send(client, on(customer, "rating"), rating="A", seen="B").status_code == 403


def test_a_rating_that_another_changed_meanwhile_is_shown(
    cast: Cast, client: Client, customer: Customer
) -> None:
    Customer.objects.filter(pk=customer.pk).update(rating="D")
    client.force_login(cast.east_manager)
    answer = send(client, on(customer, "rating"), rating="A", seen="B")
    assert answer.status_code == 409
    assert "it is D now" in text_of(answer)
    assert send(client, on(customer, "rating"), rating="A", seen="D").status_code == 302


def regular(client: Client, customer: Customer, **more: Any) -> Any:
    values = {"amount": "5万", "day": "31", "agreed_with": "Mr Li", "valid_from": "2026-11-23"}
    values |= {"seen_amount": "", "seen_day": ""}
    return send(client, on(customer, "regular"), **(values | more))


def test_a_rep_agrees_a_regular_payment_and_undoes_it(cast: Cast, client: Client) -> None:
    stand_on()
    customer = make_customer(cast.east_rep)
    client.force_login(cast.east_rep)
    assert regular(client, customer).status_code == 302
    assert RegularAgreement.objects.get().amount == 50_000_00
    text = page(client, customer)
    assert "50,000 by day 31 of every month." in text
    assert "A score follows after the first full month." in text
    send(client, f"/customers/{customer.public_id}/regular/undo/")
    assert not RegularAgreement.objects.exists()


def test_an_agreement_changed_meanwhile_is_a_conflict_that_can_be_decided(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    answer = regular(client, customer)
    assert answer.status_code == 409
    carried = answer.context["form"].data
    seen = {name: carried[name] for name in ("seen_amount", "seen_day")}
    assert seen == {"seen_amount": "100,000", "seen_day": "10"}
    assert regular(client, customer, **seen).status_code == 302


def test_ending_tells_what_ends_in_figures_first(
    cast: Cast, client: Client, customer: Customer
) -> None:
    client.force_login(cast.east_rep)
    text = text_of(client.get(on(customer, "regular/end")))
    assert "¥100,000.00 by day 10 of every month is no longer expected." in text
    assert "The regularity of 80 is no longer shown." in text
    assert send(client, on(customer, "regular/end")).status_code == 302
    customer.refresh_from_db()
    assert customer.regular_amount is None
    assert "Nothing regular is agreed." in page(client, customer)


def test_what_was_done_reads_in_words(cast: Cast, client: Client, customer: Customer) -> None:
    client.force_login(cast.east_manager)
    send(client, on(customer, "rating"), rating="C", seen="B", reason="as suggested")
    send(client, on(customer, "regular/end"))
    text = page(client, customer, "history&show=record")
    assert "Rated the customer" in text
    assert "credit rating B → C" in text
    assert "Ended the regular payment" in text


def test_the_cost_does_not_grow_with_the_record(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    counts = []
    customer = make_customer(cast.east_rep)
    for number in (1, 3):
        for n in range(number):
            make_commitment(customer, (day(3 + n), 100 + n))
            make_payment(customer, 50, on=day(3 + n))
        facts.promise(customer, (day(9), 100))
        stand_on()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/customers/{customer.public_id}/?tab=record").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
