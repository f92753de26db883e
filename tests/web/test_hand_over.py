"""Handing customers over: in figures first, today, on record, with what is still to be done."""

from __future__ import annotations

import html
import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from collections_app.accounts.models import AuditEntry, Person
from collections_app.accounts.operations import change_person
from collections_app.actions.hand_over import HandOverRefused, hand_over
from collections_app.core.months import first_of
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer, Ownership
from collections_app.notices.models import Notice, NoticeState
from collections_app.organisation.queries import today
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import sweep
from collections_app.standing.figures import customer_figures
from tests.conftest import Cast
from tests.facts import promise
from tests.web.facts import make_customer, make_invoice, make_measure, make_payment, make_plan


@pytest.fixture
def mine(cast: Cast) -> list[Customer]:
    """Three customers of Anna's; the first owes 1,000."""
    found = [make_customer(cast.east_rep, name=name) for name in ("Alder", "Birch", "Cedar")]
    make_invoice(found[0], 1_000, due_on=today())
    return found


def confirm(client: Client, former: Person, query: str, **given: str) -> Any:
    """Look at what would happen, then do it as the page says."""
    path = f"/settings/hand-over/{former.public_id}/confirm/?{query}"
    form = client.get(path).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return client.post(path, data | given)


def owners(customers: list[Customer]) -> list[str]:
    return [Customer.objects.get(pk=c.pk).owner.name for c in customers]


def test_the_confirmation_says_how_many_and_how_much_is_open(
    cast: Cast, client: Client, mine: list[Customer]
) -> None:
    client.force_login(cast.admin)
    query = f"to={cast.west_rep.public_id}&c={mine[0].public_id}&c={mine[1].public_id}"
    answer = client.get(f"/settings/hand-over/{cast.east_rep.public_id}/confirm/?{query}")
    page = " ".join(html.unescape(answer.content.decode()).split())
    assert "2 customers go from Anna to Chen." in page
    assert "¥1,000.00 is open." in page
    assert "Alder, Birch" in page
    assert "Cedar" not in page
    assert owners(mine) == ["Anna"] * 3


def test_those_ticked_go_over_and_the_others_stay(
    cast: Cast, client: Client, mine: list[Customer]
) -> None:
    client.force_login(cast.admin)
    confirm(client, cast.east_rep, f"to={cast.west_rep.public_id}&c={mine[1].public_id}")
    assert owners(mine) == ["Anna", "Chen", "Anna"]


def test_all_go_over_from_today_each_on_record(
    cast: Cast, client: Client, mine: list[Customer]
) -> None:
    client.force_login(cast.admin)
    confirm(client, cast.east_rep, f"to={cast.west_rep.public_id}&all=yes")
    assert owners(mine) == ["Chen"] * 3
    assert set(
        Ownership.objects.filter(owner=cast.west_rep).values_list("valid_from", flat=True)
    ) == {today()}
    entries = AuditEntry.objects.filter(verb="hand_over")
    assert {e.customer_id for e in entries} == {c.pk for c in mine}
    assert entries[0].payload == {
        "from": "anna@kept.test", "to": "chen@kept.test", "valid_from": today().isoformat(),
    }  # fmt: skip


def test_figures_of_a_month_before_stay_with_the_former_owner(
    cast: Cast, mine: list[Customer]
) -> None:
    month = first_of(today())
    before = first_of(month.replace(year=month.year - 1))
    for when in (before, month):
        make_payment(mine[0], 100, on=when)
    hand_over(customers=[mine[0].pk], former=cast.east_rep, to=cast.west_rep, actor=cast.admin)

    def owner_in(when: Any) -> str:
        (row,) = customer_figures(when, on=today(), customers=Customer.objects.all(), limit=5)
        return row.owner_name

    assert (owner_in(before), owner_in(month)) == ("Anna", "Chen")


def test_a_hand_over_and_back_on_one_day_is_one_change(cast: Cast, mine: list[Customer]) -> None:
    hand_over(customers=[mine[0].pk], former=cast.east_rep, to=cast.west_rep, actor=cast.admin)
    hand_over(customers=[mine[0].pk], former=cast.west_rep, to=cast.east_rep, actor=cast.admin)
    rows = Ownership.objects.filter(customer=mine[0]).order_by("pk")
    assert [(row.owner, row.valid_from) for row in rows] == [
        (cast.east_rep, None),
        (cast.east_rep, today()),
    ]


def test_planned_measures_go_along_and_done_ones_stay(cast: Cast, mine: list[Customer]) -> None:
    plan = make_plan(mine[0], 1_000)
    planned, done = make_measure(plan, 100), make_measure(plan, 100, status="done")
    for measure in (planned, done):
        measure.owner = cast.east_rep
        measure.save()
    hand_over(customers=[mine[0].pk], former=cast.east_rep, to=cast.west_rep, actor=cast.admin)
    planned.refresh_from_db()
    done.refresh_from_db()
    assert (planned.owner, done.owner) == (cast.west_rep, cast.east_rep)


@pytest.mark.django_db(transaction=True)
def test_what_is_owed_in_notices_follows_the_customer(cast: Cast, mine: list[Customer]) -> None:
    promise(mine[0], (first_of(today()), 100), made_on=first_of(today()))
    with transaction.atomic():
        sweep(on=max(today(), first_of(today()).replace(day=2)))
    assert Notice.objects.get().person == cast.east_rep
    hand_over(customers=[mine[0].pk], former=cast.east_rep, to=cast.west_rep, actor=cast.admin)
    Message.objects.update(due_at="2020-01-01T00:00Z")
    deliver_due(prepare=prepare)
    owed = Notice.objects.get(state=NoticeState.OWED)
    assert owed.person == cast.west_rep
    assert Notice.objects.get(state=NoticeState.WITHDRAWN).reason == "handed_over"


def test_a_manager_hands_over_within_their_teams_alone(
    cast: Cast, client: Client, mine: list[Customer]
) -> None:
    theirs = make_customer(cast.west_rep)
    client.force_login(cast.east_manager)
    confirm(client, cast.east_rep, f"to={cast.east_rep_two.public_id}&c={mine[0].public_id}")
    assert owners([mine[0]]) == ["Bo"]
    base = "/settings/hand-over"
    assert client.get(f"{base}/{cast.west_rep.public_id}/").status_code == 404
    for former, to, customer in (
        (cast.east_rep, cast.west_rep, mine[1]),
        (cast.east_rep, cast.finance, mine[1]),
        (cast.east_rep, cast.east_rep, mine[1]),
    ):
        path = f"{base}/{former.public_id}/confirm/?to={to.public_id}&c={customer.public_id}"
        assert client.post(path, {"token": str(uuid.uuid4()), "count": "1"}).status_code == 404
    path = f"{base}/{cast.west_rep.public_id}/confirm/?to={cast.east_rep.public_id}&all=yes"
    assert client.post(path, {"token": str(uuid.uuid4()), "count": "1"}).status_code == 404
    assert owners([mine[1], theirs]) == ["Anna", "Chen"]


@pytest.mark.parametrize("who", ["east_rep", "finance"])
def test_nobody_else_hands_over(cast: Cast, client: Client, mine: list[Customer], who: str) -> None:
    client.force_login(getattr(cast, who))
    base = f"/settings/hand-over/{cast.east_rep.public_id}"
    query = f"?to={cast.east_rep_two.public_id}&all=yes"
    assert client.get("/settings/hand-over/").status_code == 403
    assert client.get(f"{base}/").status_code == 403
    assert client.post(f"{base}/confirm/{query}", {"token": str(uuid.uuid4())}).status_code == 403
    assert owners(mine) == ["Anna"] * 3


def test_one_more_customer_than_the_page_said_stops_it(
    cast: Cast, client: Client, mine: list[Customer]
) -> None:
    client.force_login(cast.admin)
    query = f"to={cast.west_rep.public_id}&all=yes"
    answer = confirm(client, cast.east_rep, query, count="2")
    assert answer.status_code == 409
    assert owners(mine) == ["Anna"] * 3
    form = answer.context["form"]
    again = {name: form[name].value() for name in form.fields}
    path = f"/settings/hand-over/{cast.east_rep.public_id}/confirm/?{query}"
    assert client.post(path, again).status_code == 302
    assert owners(mine) == ["Chen"] * 3


def test_a_customer_that_went_elsewhere_meanwhile_stops_all(
    cast: Cast, mine: list[Customer]
) -> None:
    ids = [c.pk for c in mine]
    hand_over(customers=ids[:1], former=cast.east_rep, to=cast.west_rep, actor=cast.admin)
    with pytest.raises(Overtaken):
        hand_over(customers=ids, former=cast.east_rep, to=cast.east_rep_two, actor=cast.admin)
    assert owners(mine) == ["Chen", "Anna", "Anna"]


def test_nobody_who_may_not_sign_in_is_handed_customers(cast: Cast, mine: list[Customer]) -> None:
    change_person(person=cast.west_rep, actor=None, is_active=False)
    with pytest.raises(HandOverRefused) as refusal:
        hand_over(customers=[mine[0].pk], former=cast.east_rep, to=cast.west_rep, actor=cast.admin)
    assert (refusal.value.code, refusal.value.field) == ("not_allowed", "to")


@pytest.mark.parametrize("query", ["", "to={to}", "c={c}", "to={to}&c="])
def test_without_a_taker_or_a_customer_it_says_what_is_missing(
    cast: Cast, client: Client, mine: list[Customer], query: str
) -> None:
    client.force_login(cast.admin)
    asked = query.format(to=cast.west_rep.public_id, c=mine[0].public_id)
    path = f"/settings/hand-over/{cast.east_rep.public_id}/confirm/?{asked}"
    answer = client.get(path)
    assert answer.status_code in (302, 404)
    assert owners(mine) == ["Anna"] * 3
