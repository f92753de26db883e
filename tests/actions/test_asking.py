"""What a rep may ask for, who decides it, and what is refused by name."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.accounts.models import AuditEntry, Person, Role
from collections_app.actions.ask_for import (
    RequestRefused,
    withdraw_request,
)
from collections_app.actions.decide import approve, refuse
from collections_app.actions.promise import cancel_promise
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.planning.models import TargetChange
from tests.actions.asking import (
    ask,
    ask_cut,
    ask_promise,
    code_of,
    figures,
    make_asked_customer,
    promise,
    wish,
)
from tests.builders import make_person
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_customer,
    make_plan,
    stand_on,
)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_asked_customer(cast)


# --- asking


def test_asking_changes_nothing_but_that_it_waits(customer: Customer) -> None:
    before = figures()
    asked = ask_promise(customer)
    assert (asked.state, asked.amount, asked.month) == ("waiting", 300_00, MONTH)
    assert figures() == before
    assert promise().ending == ""
    assert AuditEntry.objects.get(subject_kind="request").verb == "ask"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"kind": "forgive"}, "unknown_value"),
        ({"reason": ""}, "required"),
        ({"reason": "rain"}, "unknown_value"),
        ({"amount": 0}, "out_of_range"),
        ({"amount": 301}, "out_of_range"),  # of the 800, 300 is due before the 24th
        ({"until_on": None}, "required"),
        ({"until_on": DAY}, "out_of_range"),
        ({"until_on": date(2040, 1, 1)}, "out_of_range"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    customer: Customer, what: dict[str, object], code: str
) -> None:
    values: dict[str, object] = {"until_on": day(24), **what}
    with pytest.raises(RequestRefused) as refused:
        ask(customer, wish(**values, commitment=promise()))  # type: ignore[arg-type]
    assert code_of(refused) == code
    assert not Request.objects.exists()


def test_of_one_promise_one_request_waits_at_a_time(customer: Customer) -> None:
    first = ask_promise(customer)
    with pytest.raises(RequestRefused) as refused:
        ask_promise(customer, "reduce", 100)
    assert code_of(refused) == "conflict"
    withdraw_request(request=first, by=customer.owner, on=DAY)
    assert ask_promise(customer, "reduce", 100).state == "waiting"


def test_no_concession_is_asked_for_a_promise_that_has_ended(customer: Customer) -> None:
    cancel_promise(commitment=promise(), reason="sold", by=customer.owner, on=DAY)
    with pytest.raises(RequestRefused) as refused:
        ask_promise(customer)
    assert code_of(refused) == "already_ended"


def test_only_who_asked_withdraws(customer: Customer, cast: Cast) -> None:
    asked = ask_promise(customer)
    with pytest.raises(RequestRefused) as refused:
        withdraw_request(request=asked, by=cast.east_manager, on=DAY)
    assert code_of(refused) == "not_allowed"
    assert withdraw_request(request=asked, by=customer.owner, on=DAY).state == "withdrawn"


# --- who decides


@pytest.mark.parametrize("who", ["east_rep", "east_rep_two", "west_manager", "finance"])
def test_nobody_else_decides(customer: Customer, cast: Cast, who: str) -> None:
    asked = ask_promise(customer)
    with pytest.raises(RequestRefused) as refused:
        approve(request=asked, by=getattr(cast, who), on=DAY)
    assert code_of(refused) == "not_allowed"
    asked.refresh_from_db()
    assert asked.state == "waiting"


@pytest.mark.parametrize("who", ["east_manager", "admin"])
def test_a_manager_of_the_team_and_an_administrator_decide(
    customer: Customer, cast: Cast, who: str
) -> None:
    asked = approve(request=ask_promise(customer), by=getattr(cast, who), on=DAY)
    assert (asked.state, asked.decided_by) == ("approved", getattr(cast, who))


def test_the_manager_above_decides_what_a_manager_asks_for_an_own_customer(cast: Cast) -> None:
    head = make_person("Hana", role=Role.MANAGER, team=cast.head, email="hana@kept.test")
    customer = make_customer(cast.east_manager)
    make_plan(customer, 1_000)
    stand_on()
    asked = ask_cut(customer)
    with pytest.raises(RequestRefused) as refused:
        approve(request=asked, by=cast.east_manager, on=DAY)
    assert code_of(refused) == "not_allowed"
    assert approve(request=asked, by=head, on=DAY).state == "approved"


def test_what_a_manager_asked_for_a_rep_another_decides(customer: Customer, cast: Cast) -> None:
    asked = ask(customer, wish(commitment=promise()), by=cast.east_manager)
    with pytest.raises(RequestRefused):
        approve(request=asked, by=cast.east_manager, on=DAY)
    assert refuse(request=asked, by=cast.admin, on=DAY, word="No").state == "refused"


def test_refusing_needs_a_word_and_changes_nothing(customer: Customer, cast: Cast) -> None:
    asked, before = ask_promise(customer), figures()
    with pytest.raises(RequestRefused) as refused:
        refuse(request=asked, by=cast.east_manager, on=DAY, word="")
    assert (code_of(refused), refused.value.field) == ("required", "word")
    refuse(request=asked, by=cast.east_manager, on=DAY, word="They have the money")
    assert (figures(), promise().ending) == (before, "")
    assert Request.objects.get().word == "They have the money"
    assert Request.objects.get().conceded is None


def test_what_was_decided_is_not_decided_again(customer: Customer, cast: Cast) -> None:
    asked = ask_promise(customer)
    refuse(request=asked, by=cast.east_manager, on=DAY, word="No")
    with pytest.raises(Overtaken, match="Mei has refused this meanwhile"):
        approve(request=asked, by=cast.admin, on=DAY)
    with pytest.raises(Overtaken):
        withdraw_request(request=asked, by=customer.owner, on=DAY)
    assert promise().ending == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_deciders_at_once_one_wins_and_the_other_is_told(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    make_plan(customer, 1_000)
    stand_on()
    asked, told = ask_cut(customer), []

    def decide(by: Person) -> None:
        try:
            approve(request=asked, by=by, on=DAY)
        except Overtaken as lost:
            told.append(str(lost))

    side_by_side(*[lambda by=by: decide(by) for by in (cast.east_manager, cast.admin) * 3])
    assert len(told) == 5
    assert TargetChange.objects.filter(is_revision=True).count() == 1
