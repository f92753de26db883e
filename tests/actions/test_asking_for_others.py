"""What a delegate asks for, and that a delegate decides nothing that the rep could not."""

from __future__ import annotations

import pytest

from collections_app.accounts.delegation import let_stand_in
from collections_app.accounts.models import Person
from collections_app.actions.ask_for import RequestRefused, withdraw_request
from collections_app.actions.decide import approve
from collections_app.actions.retarget import set_target
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.organisation.queries import today
from collections_app.planning.operations import PlanRefused
from tests.actions.asking import ask_cut, code_of, make_asked_customer
from tests.conftest import Cast
from tests.web.facts import DAY, MONTH


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_asked_customer(cast)


def stands_in(delegate: Person, cast: Cast) -> None:
    now = today()
    let_stand_in(
        person=cast.east_rep, delegate=delegate, starts_on=now, ends_on=now, actor=cast.admin,
        on=now,
    )  # fmt: skip


def test_what_a_delegate_asks_for_names_the_absent_rep(customer: Customer, cast: Cast) -> None:
    stands_in(cast.east_rep_two, cast)
    asked = ask_cut(customer, 900, by=cast.east_rep_two)
    assert (asked.asked_by, asked.on_behalf_of) == (cast.east_rep_two, cast.east_rep)


def test_the_absent_rep_withdraws_what_a_delegate_asked_for(customer: Customer, cast: Cast) -> None:
    stands_in(cast.east_rep_two, cast)
    asked = ask_cut(customer, 900, by=cast.east_rep_two)
    assert withdraw_request(request=asked, by=cast.east_rep, on=DAY).state == "withdrawn"


def test_another_teams_manager_who_stands_in_decides_nothing(
    customer: Customer, cast: Cast
) -> None:
    stands_in(cast.west_manager, cast)
    asked = ask_cut(customer, 900, by=cast.east_rep)
    assert Customer.objects.visible_to(cast.west_manager).filter(pk=customer.pk).exists()
    assert not Request.objects.decidable_by(cast.west_manager).exists()
    with pytest.raises(RequestRefused) as refused:
        approve(request=asked, word="", by=cast.west_manager, on=DAY)
    assert code_of(refused) == "not_allowed"


def test_another_teams_manager_who_stands_in_lowers_no_locked_target(
    customer: Customer, cast: Cast
) -> None:
    stands_in(cast.west_manager, cast)
    with pytest.raises(PlanRefused) as refused:
        set_target(
            customer=customer, month=MONTH, target=1_00, expected=1_000_00, reason="r",
            by=cast.west_manager, on=DAY,
        )  # fmt: skip
    assert code_of(refused) == "manager_needed"
