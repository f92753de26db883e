"""Asking the manager and deciding, as a person does by the pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp, Request
from collections_app.notices.models import Notice
from collections_app.planning.models import MonthPlan
from tests.conftest import Cast
from tests.web.acting import send, text_of
from tests.web.facts import DAY, day, make_commitment, make_customer, make_plan, stand_on


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer = make_customer(cast.east_rep, name="Blue River Parts")
    make_plan(customer, 1_000)
    make_commitment(customer, (day(10), 300), (day(25), 500), reference="P-1")
    stand_on()
    return customer


@pytest.fixture
def rep(cast: Cast) -> Client:
    return client_of(cast.east_rep)


@pytest.fixture
def manager(cast: Cast) -> Client:
    return client_of(cast.east_manager)


def ask_path(customer: Customer) -> str:
    commitment = customer.commitments.get(reference="P-1").public_id
    return f"/customers/{customer.public_id}/requests/add/?month=2026-11&commitment={commitment}"


def ask(client: Client, customer: Customer, **more: str) -> Any:
    values = {"kind": "postpone", "amount": "300", "until_on": "2026-12-05", "seen": "800"}
    values |= {"reason": "cash_short", "note": "Waits for its retailers"}
    return send(client, ask_path(customer), **(values | more))


def asked(client: Client, customer: Customer) -> tuple[Request, str]:
    assert ask(client, customer).status_code == 302
    made = Request.objects.get()
    return made, f"/requests/{made.public_id}/"


def make_request(customer: Customer, *, amount: int = 100, **more: Any) -> Request:
    """A request about the month's target, in whole units."""
    values = {"kind": "reduce", "reason": "cash_short", "asked_by": customer.owner, **more}
    return Request.objects.create(
        customer=customer, month=day(1), amount=amount * 100, asked_on=DAY,
        target_before=1_000_00, target_after=1_000_00 - amount * 100, **values,
    )  # fmt: skip


def follow_up(customer: Customer, number: int, reason: str = "cash_short") -> None:
    FollowUp.objects.create(
        customer=customer, at=f"2026-11-{number:02}T10:00:00Z", on_day=day(number),
        outcome="put_off", reason=reason,
    )  # fmt: skip


def test_the_form_shows_the_gap_what_is_owed_and_the_record(
    rep: Client, customer: Customer
) -> None:
    text = text_of(rep.get(ask_path(customer)))
    for shown in ("Commitment gap", "still owes ¥800.00", "Kept rate", "Earlier requests"):
        assert shown in text


def test_what_approval_would_do_is_shown_and_not_done(rep: Client, customer: Customer) -> None:
    answer = rep.post(
        ask_path(customer),
        {"kind": "accept", "amount": "800", "reason": "other", "seen": "800", "preview": "1",
         "token": "a2a8b7a2-5bd3-4a52-8b3a-7a0a9e3ad1cf"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "If it is approved" in text_of(answer)
    assert "cancelled" in text_of(answer)
    assert not Request.objects.exists()
    assert not Notice.objects.exists()


def test_what_was_asked_is_taken_back_by_undo(rep: Client, customer: Customer) -> None:
    answer = ask(rep, customer)
    shown = rep.get(answer["Location"]).content.decode()
    made, path = Request.objects.get(), f"/requests/{Request.objects.get().public_id}/withdraw/"
    assert path in shown
    send(rep, path)
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_a_rep_may_look_and_not_decide(rep: Client, customer: Customer) -> None:
    made, path = asked(rep, customer)
    shown = rep.get(path).content.decode()
    assert "Withdraw the request" in shown
    assert 'value="approve"' not in shown
    assert send(rep, path, decision="approve").status_code == 403
    made.refresh_from_db()
    assert made.state == "waiting"


def test_another_teams_manager_finds_nothing(rep: Client, customer: Customer, cast: Cast) -> None:
    _made, path = asked(rep, customer)
    other = client_of(cast.west_manager)
    assert other.get(path).status_code == 404
    assert send(other, path, decision="approve").status_code == 404
    assert Request.objects.get().state == "waiting"


def test_a_manager_sees_what_approving_does_and_approves(
    rep: Client, manager: Client, customer: Customer
) -> None:
    made, path = asked(rep, customer)
    shown = manager.post(
        path, {"preview": "1", "token": "a2a8b7a2-5bd3-4a52-8b3a-7a0a9e3ad1cf", "seen": "800"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert "superseded" in text_of(shown)
    made.refresh_from_db()
    assert made.state == "waiting"
    answer = send(manager, path, decision="approve", word="This once", seen="800")
    assert answer["Location"] == "/reasons/"
    made.refresh_from_db()
    assert (made.state, made.word, made.conceded) == ("approved", "This once", 300_00)
    assert "Approved" in text_of(manager.get("/reasons/"))
    page = text_of(rep.get(path))
    assert "This once" in page
    assert "Replaced by" in page


def test_refusing_without_a_word_is_refused_beside_the_field(
    rep: Client, manager: Client, customer: Customer
) -> None:
    _made, path = asked(rep, customer)
    answer = send(manager, path, decision="refuse", word="", seen="800")
    assert answer.status_code == 422
    assert answer.context["form"].errors["word"]
    assert send(manager, path, decision="refuse", word="No", seen="800").status_code == 302
    assert Request.objects.get().state == "refused"


def test_a_second_decider_is_told(
    rep: Client, manager: Client, customer: Customer, cast: Cast
) -> None:
    _made, path = asked(rep, customer)
    send(manager, path, decision="refuse", word="No", seen="800")
    answer = send(client_of(cast.admin), path, decision="approve", seen="800")
    assert answer.status_code == 409
    assert "Mei has refused this meanwhile" in text_of(answer)


def test_a_target_that_moved_is_told_with_both_values(
    rep: Client, manager: Client, customer: Customer
) -> None:
    made = make_request(customer, plan=MonthPlan.objects.get())
    MonthPlan.objects.update(target=1_200_00)
    path = f"/requests/{made.public_id}/"
    assert "was ¥1,000.00 when this was asked for; by now it is ¥1,200.00" in text_of(
        manager.get(path)
    )
    answer = send(manager, path, decision="approve", seen="1,000")
    assert answer.status_code == 409
    assert answer.context["form"]["seen"].value() == "1,200"


def test_lowering_a_locked_target_leads_on_to_the_manager_with_the_numbers(
    rep: Client, customer: Customer
) -> None:
    home = f"/customers/{customer.public_id}"
    answer = send(
        rep, f"{home}/plan/target/?month=2026-11", target="600", seen="1,000", reason="Flood"
    )
    assert answer.status_code == 422
    link = f"{home}/requests/target/?month=2026-11&amp;target=600&amp;note=Flood"
    assert link in answer.content.decode()
    form = rep.get(link.replace("&amp;", "&")).context["form"]
    assert (form["target"].value(), form["note"].value()) == ("600", "Flood")
    sent = send(
        rep, f"{home}/requests/target/?month=2026-11", target="600", seen="1,000", note="Flood"
    )
    assert sent.status_code == 302
    assert Request.objects.get().target_after == 600_00


def test_the_cell_of_the_month_plan_leads_on_as_well(rep: Client, customer: Customer) -> None:
    answer = rep.post(
        f"/plan/{customer.public_id}/target/?month=2026-11",
        {"target": "12.5", "seen": 1_000_00, "reason": "", "token": "x"},
        headers={"HX-Request": "true"},
    )
    token = str(answer.context["line"].token)
    answer = rep.post(
        f"/plan/{customer.public_id}/target/?month=2026-11",
        {"target": "12.5", "seen": 1_000_00, "reason": "", "token": token},
        headers={"HX-Request": "true"},
    )
    shown = answer.content.decode()
    assert f"/customers/{customer.public_id}/requests/target/?month=2026-11" in shown
    assert "target=12.5" in shown


def test_the_plan_tab_tells_of_targets_revisions_and_requests(
    rep: Client, manager: Client, customer: Customer
) -> None:
    home = f"/customers/{customer.public_id}"
    send(rep, f"{home}/requests/target/?month=2026-11", target="600", seen="1,000", note="Flood")
    path = f"/requests/{Request.objects.get().public_id}/"
    send(manager, path, decision="approve", seen="1,000")
    page = rep.get(f"{home}/?month=2026-11&tab=plan")
    text = text_of(page)
    for shown in ("Original target 1,000", "Target cut 400", "Requests to the manager", "Flood"):
        assert shown in text
    assert page.content.decode().count(f'"{path}"') == 2  # with the revision, and in the list
    assert "Asked the manager" in text_of(rep.get(f"{home}/?tab=history&show=record"))


def test_the_register_counts_reasons_and_what_was_conceded(
    manager: Client, customer: Customer
) -> None:
    for number in (3, 9):
        follow_up(customer, number)
    made = make_request(customer, amount=100)
    Request.objects.filter(pk=made.pk).update(
        state="approved", decided_at="2026-11-20T10:00:00Z", conceded=100_00
    )
    make_request(customer, amount=50, reason="warehouse")
    page = manager.get("/reasons/").context["page"]
    totals = dict(page.totals)
    cash = totals["short of cash"]
    assert (cash.given, cash.told, cash.asked, cash.conceded) == (3, 2, 1, 100_00)
    assert (cash.approved, cash.decided) == (1, 1)
    assert totals["stock in the warehouse"].accepted_share is None
    ((label, repeat),) = page.repeats
    assert (label, repeat.name, repeat.times) == ("short of cash", customer.name, 3)
    (line,) = page.concessions
    assert (line.conceded, line.target, str(line.rate)) == (100_00, 1_000_00, "0.1000")


def test_the_register_tells_by_rep_and_customer_what_was_asked_and_granted(
    manager: Client, customer: Customer, cast: Cast
) -> None:
    other = make_customer(cast.east_rep_two, name="Green Hill")
    make_plan(other, 1_000)
    made = make_request(customer, amount=100)
    Request.objects.filter(pk=made.pk).update(
        state="approved", decided_at="2026-11-20T10:00:00Z", conceded=60_00
    )
    make_request(customer, amount=50, state="refused", decided_at="2026-11-20T10:00Z")
    make_request(other, amount=900, reason="warehouse")
    foreign = make_customer(cast.west_rep, name="West")
    make_plan(foreign, 1_000)
    make_request(foreign, amount=7_777)
    page = manager.get("/reasons/").context["page"]
    assert [(g.name, g.amount, g.conceded, g.granted_share) for g in page.by_rep] == [
        (cast.east_rep_two.name, 900_00, 0, None),
        (cast.east_rep.name, 150_00, 60_00, Decimal("0.4000")),
    ]
    assert [(g.key, g.asked, g.accepted_share, g.categories) for g in page.by_customer] == [
        (other.code, 1, None, 1),
        (customer.code, 2, Decimal("0.5000"), 1),
    ]
    assert dict(page.totals)["short of cash"].granted_share == Decimal("0.4000")
    for table, rows in (("reps", 2), ("customers", 2), ("reasons", 2), ("requests", 3)):
        answer = manager.get(f"/reasons/export/?table={table}")
        lines = answer.getvalue().decode("utf-8-sig").splitlines()
        assert len(lines) == 1 + rows, table
        assert "7777" not in "".join(lines)
    assert manager.get("/reasons/export/?table=x").status_code == 404


def test_what_waits_comes_first_and_is_counted_in_the_navigation(
    manager: Client, customer: Customer
) -> None:
    waits = make_request(customer)
    decided = make_request(customer, amount=50, state="refused", decided_at="2026-11-20T10:00Z")
    page = manager.get("/reasons/")
    assert [row.pk for row in page.context["page"].rows] == [waits.pk, decided.pk]
    assert "Reasons 1 to decide" in text_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=waiting", 1),
        ("?state=refused", 1),
        ("?kind=reduce", 2),
        ("?kind=postpone", 0),
        ("?reason=cash_short", 2),
        ("?reason=other", 0),
        ("?from=2026-12&to=2026-12", 0),
        ("?rating=B", 2),
        ("?rating=none", 0),
        ("?from=2026-11&to=2026-11", 2),
    ],
)
def test_the_register_is_narrowed_by_its_url(
    manager: Client, customer: Customer, query: str, found: int
) -> None:
    make_request(customer)
    make_request(customer, amount=50, state="refused", decided_at="2026-11-20T10:00Z")
    assert len(manager.get(f"/reasons/{query}").context["page"].rows) == found


@pytest.mark.parametrize(
    "query", ["?state=x", "?kind=x", "?reason=x", "?from=x", "?rep=x", "?team=x"]
)
def test_what_the_url_cannot_mean_is_not_found(manager: Client, query: str) -> None:
    assert manager.get(f"/reasons/{query}").status_code == 404


def test_a_rep_sees_their_own_and_no_entry_in_the_navigation(
    rep: Client, customer: Customer, cast: Cast
) -> None:
    own = make_request(customer)
    other = make_customer(cast.east_rep_two)
    make_plan(other, 1_000)
    make_request(other)
    page = rep.get("/reasons/")
    assert [row.pk for row in page.context["page"].rows] == [own.pk]
    assert "Reasons 1" not in text_of(page)


def test_the_register_costs_the_same_for_one_and_for_three(manager: Client, cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            manager.get("/reasons/")
        return len(counted)

    def one_more() -> None:
        customer = make_customer(cast.east_rep)
        make_plan(customer, 1_000)
        make_request(customer)
        follow_up(customer, 3)

    one_more()
    stand_on()
    manager.get("/reasons/")
    first = cost()
    one_more()
    one_more()
    assert cost() == first <= 12


def test_the_export_holds_what_the_register_shows_and_no_formulas(
    manager: Client, customer: Customer
) -> None:
    make_request(customer, note="=1+1")
    answer = manager.get("/reasons/export/?state=waiting")
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=1+1" in lines[1]
    assert "CNY,100.00" in lines[1]
    assert "concessions-2025-12-2026-11.csv" in answer["Content-Disposition"]
