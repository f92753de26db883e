"""Forms in a dialog of another page; what they warn of and offer before anything is saved."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.commitments.models import Commitment
from collections_app.customers.models import Customer
from collections_app.organisation.models import CalendarDay
from collections_app.planning.models import Measure, MeasureChange
from tests.conftest import Cast
from tests.web.acting import TODAY, measure, on, promise, send, text_of
from tests.web.conduct import make_done_measure
from tests.web.facts import (
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_plan,
    stand_on,
)

DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}
LOOK = {"HX-Request": "true", "HX-Target": "effect"}


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def rows(*parts: tuple[date, int]) -> dict[str, Any]:
    sent: dict[str, Any] = {"rows": len(parts), "made_on": TODAY, "channel": "phone"}
    for number, (due_on, amount) in enumerate(parts, 1):
        sent |= {f"due_{number}": due_on.isoformat(), f"amount_{number}": amount}
    return sent


def looked(client: Client, path: str, **values: Any) -> str:
    """What the form says that sending it would do."""
    values |= {"token": uuid4(), "preview": "1"}
    answer = client.post(path, values, headers=LOOK)
    assert answer.status_code == 200
    return text_of(answer)


def test_in_a_dialog_a_form_comes_without_a_page_around_it(rep: Client, customer: Customer) -> None:
    for act in ("commitments/add", "measures/add", "payments/add"):
        page = rep.get(on(customer, act), headers=DIALOG).content.decode()
        assert "<html" not in page
        assert 'id="dialog-title"' in page
        assert "<h1" not in page
        assert "<html" in rep.get(on(customer, act)).content.decode()


def test_an_act_in_a_dialog_tells_its_page_and_goes_nowhere(
    rep: Client, customer: Customer
) -> None:
    sent = rows((day(30), 500)) | {"token": uuid4()}
    answer = rep.post(on(customer, "commitments/add"), sent, headers=DIALOG)
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"]) == {"acted": {"next": ""}}
    assert Commitment.objects.count() == 1
    # Sent once more it answers alike, and acts no more.
    again = rep.post(on(customer, "commitments/add"), sent, headers=DIALOG)
    assert (again.status_code, Commitment.objects.count()) == (204, 1)


def test_a_refusal_in_a_dialog_is_the_form_again(rep: Client, customer: Customer) -> None:
    sent = rows((day(2), 500)) | {"token": uuid4()}
    answer = rep.post(on(customer, "commitments/add"), sent, headers=DIALOG)
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_a_gap_that_is_left_is_told_before_saving(rep: Client, customer: Customer) -> None:
    make_plan(customer, 1_000)
    path = on(customer, "commitments/add")
    text = looked(rep, path, **rows((day(27), 400)))
    assert "This leaves a commitment gap of ¥600.00 in the month." in text
    assert "commitment gap of" not in looked(rep, path, **rows((day(27), 1_000)))
    assert Commitment.objects.count() == 0


@pytest.mark.parametrize(("amount", "is_told"), [(300, False), (301, True)])
def test_more_than_is_owed_is_told(
    rep: Client, customer: Customer, amount: int, is_told: bool
) -> None:
    make_invoice(customer, 300, due_on=day(2))
    stand_on()
    text = looked(rep, on(customer, "commitments/add"), **rows((day(27), amount)))
    assert ("is more than the open balance of ¥300.00" in text) is is_told


def test_without_invoices_nobody_knows_what_is_owed(rep: Client, customer: Customer) -> None:
    text = looked(rep, on(customer, "commitments/add"), **rows((day(27), 300)))
    assert "open balance" not in text


def test_weekends_and_holidays_are_told_with_the_working_day_before(
    rep: Client, customer: Customer
) -> None:
    CalendarDay.objects.create(day=day(26), is_working=False, name="Fair")
    parts = ((day(25), 1), (day(26), 1), (day(28), 1))
    text = looked(rep, on(customer, "commitments/add"), **rows(*parts))
    assert "Nov. 28, 2026 is a Saturday; the working day before it is Nov. 27, 2026." in text
    assert "Nov. 26, 2026 is a holiday; the working day before it is Nov. 25, 2026." in text
    assert "Nov. 25, 2026 is a" not in text


def test_the_third_promise_for_the_same_money_is_told_and_the_second_not(
    rep: Client, customer: Customer
) -> None:
    first = make_commitment(customer, (day(30), 300))
    more = rows((day(30), 300)) | {"reason": "flood", "asked_by": "customer"}
    path = f"/commitments/{first.public_id}/renegotiate/?month=2026-11"
    assert "for the same money" not in looked(rep, path, **more)
    assert send(rep, path, **more).status_code == 302
    second = Commitment.objects.exclude(pk=first.pk).get()
    path = f"/commitments/{second.public_id}/renegotiate/?month=2026-11"
    assert "This is promise no. 3 for the same money" in looked(rep, path, **more)
    # It keeps nobody from saving.
    assert send(rep, path, **more).status_code == 302


def test_a_new_measure_adds_up_what_is_uncovered(rep: Client, customer: Customer) -> None:
    plan = make_plan(customer, 1_000)
    make_measure(plan, 400)
    make_commitment(customer, (day(30), 100))
    text = text_of(rep.get(on(customer, "measures/add")))
    assert "Commitment gap ¥900.00 − Measures so far ¥400.00 = Still uncovered ¥500.00" in text, (
        text
    )
    assert "those that brought most are offered here" in text


def make_team_record(cast: Cast) -> None:
    """A colleague's October: an incentive that brought 9/10, a training 1/2, one untold."""
    other = make_customer(cast.east_rep_two)
    make_plan(other, 900, month=date(2026, 10, 1))
    make_done_measure(other, 1_000, 900)
    weak = make_done_measure(other, 1_000, 500)
    Measure.objects.filter(pk=weak.pk).update(kind="training")
    untold = make_done_measure(other, 1_000, None)
    Measure.objects.filter(pk=untold.pk).update(kind="promotion")


def test_the_kinds_that_brought_most_are_offered_first(
    rep: Client, customer: Customer, cast: Cast
) -> None:
    make_team_record(cast)
    make_plan(customer, 700)
    offers = rep.get(on(customer, "measures/add")).context["offers"].offers
    assert [(o.name, str(o.rate), o.uplift) for o in offers] == [
        ("incentive", "0.9000", 700_00),
        ("training", "0.5000", 500_00),
    ]
    form = rep.get(offers[1].path).context["form"]
    assert (form["kind"].value(), form["expected_uplift"].value()) == ("training", "500")


def test_another_teams_measures_are_not_offered(client: Client, cast: Cast) -> None:
    stand_on()
    make_team_record(cast)
    customer = make_customer(cast.west_rep)
    make_plan(customer, 700)
    client.force_login(cast.west_rep)
    assert client.get(on(customer, "measures/add")).context["offers"].offers == []


def test_the_offers_cost_the_same_for_one_measure_and_for_three(
    rep: Client, customer: Customer, cast: Cast
) -> None:
    make_plan(customer, 700)
    counts = []
    for _round in range(2):
        make_team_record(cast)
        with CaptureQueriesContext(connection) as queries:
            rep.get(on(customer, "measures/add"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def made_measure(rep: Client, customer: Customer) -> tuple[Measure, dict[str, Any]]:
    """A measure, and what its form would send if nothing were changed."""
    measure(rep, customer)
    made = Measure.objects.get()
    form = rep.get(f"/measures/{made.public_id}/").context["form"]
    return made, {name: form[name].value() or "" for name in form.fields if name != "token"}


def test_a_measure_is_done_only_with_what_it_brought(rep: Client, customer: Customer) -> None:
    made, sent = made_measure(rep, customer)
    path = f"/measures/{made.public_id}/"
    answer = send(rep, path, **sent | {"status": "done"})
    assert answer.status_code == 422
    assert "Say what it brought; 0 if nothing." in text_of(answer)
    assert send(rep, path, **sent | {"status": "done", "realised_uplift": "0"}).status_code == 302


def test_a_measure_is_dropped_only_with_a_reason(rep: Client, customer: Customer) -> None:
    made, sent = made_measure(rep, customer)
    path = f"/measures/{made.public_id}/"
    answer = send(rep, path, **sent | {"status": "dropped"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"drop_reason"}
    dropped = sent | {"status": "dropped", "drop_reason": "No takers"}
    assert send(rep, path, **dropped).status_code == 302
    assert MeasureChange.objects.latest("pk").reason == "No takers"
    assert "No takers" in text_of(rep.get(f"/customers/{customer.public_id}/?month=2026-11"))


def test_done_may_lead_on_to_the_promise_with_what_it_brought(
    rep: Client, customer: Customer
) -> None:
    make_plan(customer, 90_000)
    made, sent = made_measure(rep, customer)
    sent |= {"status": "done", "realised_uplift": "38,500", "then": "promise"}
    answer = send(rep, f"/measures/{made.public_id}/", **sent)
    form = rep.get(answer["Location"]).context["form"]
    assert (form["total"].value(), form["measure"].value()) == ("38,500", str(made.public_id))
    # Without it one comes back to the plan; there the promise stays a link away until recorded.
    page = rep.get(f"/customers/{customer.public_id}/?month=2026-11")
    assert "Record the promise it brought" in text_of(page)
    promise(rep, customer, measure=str(made.public_id))
    page = rep.get(f"/customers/{customer.public_id}/?month=2026-11")
    assert "Record the promise it brought" not in text_of(page)


def test_a_gap_in_the_plan_leads_to_its_promise_for_those_who_may(
    client: Client, customer: Customer, cast: Cast
) -> None:
    make_plan(customer, 700)
    whole = make_customer(cast.east_rep)
    make_plan(whole, 100)
    make_commitment(whole, (day(30), 100))
    stand_on()
    for person, is_there in ((cast.east_rep, True), (cast.finance, False)):
        client.force_login(person)
        page = client.get("/plan/?month=2026-11").content.decode()
        assert (f"/customers/{customer.public_id}/commitments/add/" in page) is is_there
        assert f"/customers/{whole.public_id}/commitments/add/" not in page


def test_what_no_measure_can_be_is_not_found(rep: Client, customer: Customer) -> None:
    path = on(customer, "commitments/add")
    assert rep.get(f"{path}&measure=x").status_code == 404
    assert rep.get(f"{path}&measure={uuid4()}").status_code == 200
    assert rep.get(f"{path}&due={(day(23) + timedelta(days=2)).isoformat()}").status_code == 200
