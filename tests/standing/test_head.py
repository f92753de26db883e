"""The head of a customer's page says what the functions for many customers say."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.customers.holds import lift_hold, put_on_hold
from collections_app.customers.models import Contact, Customer, Hold, HoldKind, RegularAgreement
from collections_app.followups.models import FollowUp, Outcome
from collections_app.followups.queries import last_contacts
from collections_app.ledger.models import Payment
from collections_app.reminders.sweep import sweep
from collections_app.standing.figures import customer_figures
from collections_app.standing.head import WINDOWS, Head, Held, Whom, head_of
from collections_app.standing.kept import summary_of
from collections_app.standing.models import Touched
from collections_app.standing.past import past_of
from collections_app.standing.rates import concession_rates, kept_rates_of, window_of
from collections_app.standing.regularity import regularities
from collections_app.standing.year import year_of
from tests.builders import make_person, make_team
from tests.ledger_facts import MONTH, make_customer, pay, plan, promise
from tests.standing.test_kept import make_history
from tests.web.facts import make_invoice

THIS_MONTH = date(2026, 8, 1)
DAY = THIS_MONTH + timedelta(days=14)


@pytest.fixture
def customer(db: None) -> Customer:
    """A customer with all that a head tells of, beside another one with the same."""
    rep = make_person("Rep", team=make_team("Team"), email="rep@kept.test")
    for seed in (5, 3):
        found = make_customer(rep)
        make_history(found, Random(seed))
        plan(found, 400, month=MONTH)
        plan(found, 300 + seed, month=THIS_MONTH)
        make_habits(found, seed)
    return found


def make_habits(customer: Customer, seed: int) -> None:
    """Contacts, follow-ups, and money that is agreed for every month."""
    for name, is_primary in ((f"Mr Li {seed}", False), (f"Ms Wu {seed}", True), ("Ms Qian", False)):
        Contact.objects.create(
            customer=customer, name=name, is_primary=is_primary, phone=f"+86 {seed}"
        )
    for back in (3, 1, -2):
        FollowUp.objects.create(
            customer=customer,
            at=datetime.combine(DAY - timedelta(days=back), time(9), UTC),
            on_day=DAY - timedelta(days=back),
            outcome=Outcome.NO_ANSWER,
            channel="phone",
            next_on=DAY + timedelta(days=seed),
            note=f"{back}",
        )
    RegularAgreement.objects.create(customer=customer, day=10, amount=90_00)
    Customer.objects.filter(pk=customer.pk).update(regular_day=10, regular_amount=90_00)


def worked_out(customer: Customer, *, month: date = THIS_MONTH) -> Head:
    """The head by the functions for many customers."""
    ids = [customer.pk]
    rates = {months: kept_rates_of(ids, on=DAY, months=months) for months in WINDOWS}
    contact = Contact.objects.filter(customer=customer).order_by("-is_primary", "pk").first()
    hold = Hold.objects.in_force(DAY).filter(customer=customer).order_by("-ends_on").first()
    return Head(
        figures=next(iter(customer_figures(month, on=DAY, customers=ids)), None),
        summary=summary_of(customer.pk, on=DAY),
        kept={months: rate[customer.pk] for months, rate in rates.items() if rate},
        regularity=regularities(ids, on=DAY).get(customer.pk),
        contact=Whom(contact.name, contact.phone, contact.email) if contact else None,
        last_contact=last_contacts(ids, on=DAY).get(customer.pk),
        hold=Held(hold.public_id, hold.kind, hold.note, hold.ends_on, "Rep") if hold else None,
    )


def head(customer: Customer, *, month: date = THIS_MONTH) -> Head:
    return head_of(customer, month=month, on=DAY)


def test_it_is_what_the_functions_say(customer: Customer) -> None:
    sweep(on=DAY, notify=False)
    found = head(customer)
    assert found == worked_out(customer)
    assert found.figures
    assert found.summary.open
    assert found.kept[12].number
    assert found.regularity
    assert found.contact == Whom("Ms Wu 3", "+86 3", "")
    assert found.last_contact
    assert found.last_contact.on_day == DAY - timedelta(days=1)


def test_it_takes_one_statement(customer: Customer) -> None:
    sweep(on=DAY, notify=False)
    with CaptureQueriesContext(connection) as queries:
        head(customer)
    about_it = [q for q in queries if "organisation_organisation" not in q["sql"]]
    assert len(about_it) == 1


@pytest.mark.parametrize("month", [MONTH, date(2026, 5, 1), date(2026, 9, 1)])
def test_another_month_has_its_own_figures(customer: Customer, month: date) -> None:
    sweep(on=DAY, notify=False)
    assert head(customer, month=month) == worked_out(customer, month=month)


@pytest.mark.parametrize("month", [MONTH, THIS_MONTH])
def test_of_a_touched_customer_nothing_old_is_told(customer: Customer, month: date) -> None:
    sweep(on=DAY, notify=False)
    before = head(customer, month=month)
    make_invoice(customer, 900, due_on=DAY - timedelta(days=2))
    Payment.objects.create(customer=customer, reference="R-TOUCH", received_on=month, amount=70_00)
    assert Touched.objects.filter(customer_id=customer.pk).exists()
    found = head(customer, month=month)
    assert found == worked_out(customer, month=month)
    assert found.summary.open != before.summary.open
    assert found.figures
    assert before.figures
    assert found.figures.received == before.figures.received + 70_00


def test_before_the_first_sweep_it_is_worked_out(customer: Customer) -> None:
    found = head(customer)
    assert found == worked_out(customer)
    assert found.kept[12].number


def test_after_the_standing_day_it_is_worked_out(customer: Customer) -> None:
    sweep(on=DAY - timedelta(days=9), notify=False)
    pay(customer, 30, DAY - timedelta(days=1))
    assert head(customer) == worked_out(customer)


def test_a_hold_is_told_until_it_is_lifted(customer: Customer) -> None:
    sweep(on=DAY, notify=False)
    hold = put_on_hold(
        customer=customer,
        kind=HoldKind.DISPUTE,
        note="quality",
        ends_on=DAY + timedelta(days=5),
        by=customer.owner,
        on=DAY,
    )
    found = head(customer)
    assert found == worked_out(customer)
    assert found.hold == Held(hold.public_id, "dispute", "quality", hold.ends_on, "Rep")
    lift_hold(hold=hold, by=customer.owner, on=DAY)
    assert head(customer).hold is None


def test_a_customer_without_facts_has_a_head_without_figures(customer: Customer) -> None:
    empty = make_customer(customer.owner)
    sweep(on=DAY, notify=False)
    found = head(empty)
    assert found == worked_out(empty)
    assert (found.figures, found.kept, found.regularity) == (None, {}, None)
    assert (found.contact, found.last_contact, found.hold) == (None, None, None)


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize("until", [MONTH, THIS_MONTH])
def test_the_past_is_what_the_functions_say(
    customer: Customer, until: date, is_swept: bool
) -> None:
    promise(customer, [(DAY, 40)], made_on=MONTH)
    if is_swept:
        sweep(on=DAY, notify=False)
    window = window_of(DAY, months=12)
    found = past_of(customer.pk, until=until, on=DAY)
    assert found.year == year_of(customer.pk, until=until, on=DAY)
    assert found.conceded == concession_rates(window=window, on=DAY, customers=[customer.pk])
    assert any(month.committed and month.received for month in found.year)
