"""The customer page: where do we stand with this customer?"""

from __future__ import annotations

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.accounts.operations import record
from collections_app.commitments.models import Commitment, Instalment
from collections_app.customers.models import Contact, Customer
from collections_app.followups.models import FollowUp
from collections_app.ledger.models import Invoice, Payment
from collections_app.organisation.queries import moment_on
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from collections_app.web.pages.customer import TABS
from tests.conftest import Cast
from tests.web.facts import (
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
    supersede,
)


def page_of(client: Client, person: Person, customer: Customer, query: str = "") -> str:
    """The page as that person sees it: unescaped, blanks run together."""
    client.force_login(person)
    answer = client.get(f"/customers/{customer.public_id}/{query}")
    assert answer.status_code == 200, answer.status_code
    return " ".join(html.unescape(answer.content.decode()).split())


def rows_of(page: str) -> list[str]:
    """The rows of the page's tables as plain text."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep, name="江南 & Sons", code="C-1")


@pytest.mark.parametrize("tab", ["plan", "commitments", "invoices", "payments"])
def test_only_those_who_may_see_the_customer_see_the_page(
    cast: Cast, client: Client, customer: Customer, tab: str
) -> None:
    for person, status in (
        (cast.east_rep, 200),
        (cast.east_manager, 200),
        (cast.finance, 200),
        (cast.admin, 200),
        (cast.east_rep_two, 404),
        (cast.west_rep, 404),
        (cast.west_manager, 404),
    ):
        client.force_login(person)
        answer = client.get(f"/customers/{customer.public_id}/?tab={tab}")
        assert answer.status_code == status, person


def test_unsigned_one_is_sent_to_sign_in(client: Client, customer: Customer) -> None:
    answer = client.get(f"/customers/{customer.public_id}/")
    assert answer["Location"].startswith("/accounts/login/?next=/customers/")


@pytest.mark.parametrize("query", ["?tab=x", "?month=x", "?page=0"])
def test_what_means_nothing_is_not_found(
    cast: Cast, client: Client, customer: Customer, query: str
) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/customers/{customer.public_id}/{query}").status_code == 404


def test_an_empty_customer_says_what_to_do(cast: Cast, client: Client, customer: Customer) -> None:
    assert "No plan for" in page_of(client, cast.east_rep, customer)
    assert "Nothing promised yet" in page_of(client, cast.east_rep, customer, "?tab=commitments")
    assert "No invoices" in page_of(client, cast.east_rep, customer, "?tab=invoices")
    assert "No payments" in page_of(client, cast.east_rep, customer, "?tab=payments")


def test_the_name_is_text(cast: Cast, client: Client) -> None:
    odd = make_customer(cast.east_rep, name="<script>alert(1)</script>")
    client.force_login(cast.east_rep)
    page = client.get(f"/customers/{odd.public_id}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_plan_says_with_whom_it_was_agreed(
    cast: Cast, client: Client, customer: Customer
) -> None:
    make_measure(make_plan(customer, 200_000, agreed_with="Mr Li"), 40_000)
    make_commitment(customer, (day(28), 100_000))
    stand_on()
    page = page_of(client, cast.east_rep, customer)
    assert "Mr Li · telephone" in page
    assert "<dt>Commitment gap</dt><dd>100,000</dd>" in page
    assert "<dt>Uncovered</dt><dd>60,000</dd>" in page
    assert any("incentive" in row and "planned" in row and "40,000" in row for row in rows_of(page))


def test_a_revision_after_the_lock_is_shown(cast: Cast, client: Client, customer: Customer) -> None:
    plan = make_plan(customer, 1_000)
    TargetChange.objects.create(
        plan=plan, old_target=100_000, new_target=120_000, counts_from=day(9),
        is_revision=True, reason="Season came early", entered_by=cast.east_manager,
    )  # fmt: skip
    stand_on()
    page = page_of(client, cast.east_rep, customer)
    assert "<dt>Original target</dt><dd>1,000</dd>" in page
    assert "<dt>Target</dt><dd>1,200</dd>" in page
    assert any("Season came early" in row and "Mei" in row for row in rows_of(page))


def test_open_and_part_paid_are_both_said(cast: Cast, client: Client, customer: Customer) -> None:
    make_commitment(customer, (day(30), 1_000))
    make_payment(customer, 400, on=day(20), reference="M-PART")
    stand_on()
    (row,) = rows_of(page_of(client, cast.east_rep, customer, "?tab=commitments"))[1:]
    assert "open" in row
    assert "part-paid" in row
    assert "400 · Nov. 20, 2026 · M-PART" in row


def test_a_lapsed_instalment_says_how_late_and_its_verdict(
    cast: Cast, client: Client, customer: Customer
) -> None:
    make_commitment(customer, (day(10), 1_000), (day(12), 300))
    make_payment(customer, 1_100, on=day(13))
    stand_on()
    first, second = rows_of(page_of(client, cast.east_rep, customer, "?tab=commitments"))[1:]
    assert "kept late" in first
    assert "broken" in first  # the verdict, which late money does not move
    assert "Nov. 13, 2026" in first
    assert "partially kept" in second
    assert second.endswith("11")


def test_a_renegotiated_promise_points_to_its_successor(
    cast: Cast, client: Client, customer: Customer
) -> None:
    former = make_commitment(customer, (day(10), 1_000), reference="OLD")
    new = make_commitment(customer, (day(28), 1_000), reference="NEW")
    supersede(former, new, on=day(9))
    stand_on()
    page = page_of(client, cast.east_rep, customer, "?tab=commitments")
    assert "replaced by NEW" in page
    assert "replaces OLD" in page
    assert "promise no. 2" in page
    assert page.index(">NEW<") < page.index(">OLD<")


def test_a_payment_shows_where_it_went_and_what_was_taken_back(
    cast: Cast, client: Client, customer: Customer
) -> None:
    make_commitment(customer, (day(28), 1_000), reference="PROMISE")
    good = make_payment(customer, 1_500, on=day(18), reference="GOOD", invoice="I-9")
    bounced = make_payment(customer, 700, on=day(19), reference="BOUNCED")
    make_reversal(bounced, 700, on=day(21), reference="BACK")
    stand_on()
    later, former = rows_of(page_of(client, cast.east_rep, customer, "?tab=payments"))[1:]
    assert later.startswith("BOUNCED")
    assert "reversed" in later
    assert "−700 · Nov. 21, 2026 · BACK" in later
    assert former.startswith(str(good))
    assert "for invoice I-9" in former
    assert "1,000 PROMISE" in former
    assert former.endswith("500")


def test_open_invoices_come_first_and_are_aged(
    cast: Cast, client: Client, customer: Customer
) -> None:
    make_invoice(customer, 100, due_on=day(1), number="PAID")
    make_invoice(customer, 200, due_on=day(3), number="LATE")
    make_invoice(customer, 400, due_on=day(28), number="AHEAD")
    make_payment(customer, 100, on=day(5), invoice="PAID")
    stand_on()
    page = page_of(client, cast.east_rep, customer, "?tab=invoices")
    rows = rows_of(page)
    assert "Not due 400" in rows
    assert "1–30 days 200" in rows
    assert "Open balance 600" in rows
    assert [row.split()[0] for row in rows[-3:]] == ["LATE", "AHEAD", "PAID"]
    assert "¥200.00" in page  # overdue, in the strip


def test_links_of_tabs_keep_the_month(cast: Cast, client: Client, customer: Customer) -> None:
    page = page_of(client, cast.east_rep, customer, "?month=2026-10&tab=payments")
    assert "?month=2026-10&tab=commitments" in page
    assert f"/gaps/?month=2026-10&rep={cast.east_rep.public_id}" in page


@pytest.mark.parametrize("tab", TABS)
def test_the_cost_does_not_grow_with_the_rows(
    cast: Cast, client: Client, customer: Customer, tab: str
) -> None:
    plan = make_plan(customer, 1_000, month=MONTH)
    counts = []
    for number in (1, 2):
        for _row in range(number):
            make_measure(plan, 10)
            make_invoice(customer, 100, due_on=day(3))
            make_commitment(customer, (day(10), 500), (day(20), 500))
            payment = make_payment(customer, 100, on=day(5))
            make_reversal(payment, 10, on=day(6), reference=f"R-{payment.reference}")
            Contact.objects.create(customer=customer, name="Mr Li", language="en")
            record(
                actor=cast.east_rep, verb="ask", subject_kind="month_plan", subject_id=plan.pk,
                customer_id=customer.pk,
            )  # fmt: skip
        stand_on()
        page_of(client, cast.east_rep, customer, f"?tab={tab}")
        with CaptureQueriesContext(connection) as queries:
            page_of(client, cast.east_rep, customer, f"?tab={tab}")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def make_rows(customer: Customer, plan: MonthPlan, numbers: range) -> None:
    """So many facts of each kind, one of each for a number."""
    own = {"customer": customer}
    Invoice.objects.bulk_create(
        Invoice(**own, number=f"I-{n}", issued_on=day(1), due_on=day(1 + n % 28), amount=900)
        for n in numbers
    )
    Payment.objects.bulk_create(
        Payment(**own, reference=f"M-{n}", received_on=day(1 + n % 20), amount=600) for n in numbers
    )
    made = Commitment.objects.bulk_create(
        Commitment(**own, reference=f"P-{n}", made_on=MONTH, grace_days=0, tolerance_permille=0)
        for n in numbers
    )
    Instalment.objects.bulk_create(
        Instalment(
            **own, commitment=one, position=1, due_on=day(10), deadline_on=day(10), amount=600
        )
        for one in made
    )
    measures = Measure.objects.bulk_create(
        Measure(plan=plan, kind="incentive", expected_uplift=10, description=f"{n}")
        for n in numbers
    )
    MeasureChange.objects.bulk_create(
        MeasureChange(measure=one, counts_from=MONTH, status="planned", expected_uplift=10)
        for one in measures
    )
    Contact.objects.bulk_create(Contact(**own, name=f"Mr {n}", language="en") for n in numbers)
    FollowUp.objects.bulk_create(
        FollowUp(**own, at=moment_on(day(2)), on_day=day(2), outcome="other", note=f"{n}")
        for n in numbers
    )


@pytest.mark.slow
def test_no_tab_asks_more_of_a_thousand_rows_than_of_ten(
    cast: Cast, client: Client, customer: Customer
) -> None:
    plan = make_plan(customer, 1_000, month=MONTH)
    counts = []
    for numbers in (range(10), range(10, 1_000)):
        make_rows(customer, plan, numbers)
        stand_on()
        found = {}
        for tab in TABS:
            page_of(client, cast.east_rep, customer, f"?tab={tab}")
            with CaptureQueriesContext(connection) as queries:
                page_of(client, cast.east_rep, customer, f"?tab={tab}")
            found[tab] = len(queries)
        counts.append(found)
    assert counts[0] == counts[1]
