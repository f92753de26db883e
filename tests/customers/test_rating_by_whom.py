"""Who rates a customer: a delegate has the rep's rights, and a rep rates nobody."""

from __future__ import annotations

import pytest

from collections_app.accounts.delegation import let_stand_in
from collections_app.customers.terms import TermsRefused, change_rating
from collections_app.organisation.queries import today
from tests.conftest import Cast
from tests.web.facts import make_customer


def test_another_teams_manager_who_stands_in_rates_nobody(cast: Cast) -> None:
    customer, now = make_customer(cast.east_rep), today()
    let_stand_in(
        person=cast.east_rep, delegate=cast.west_manager, starts_on=now, ends_on=now,
        actor=cast.admin, on=now,
    )  # fmt: skip
    with pytest.raises(TermsRefused) as refused:
        change_rating(customer=customer, rating="A", expected="B", by=cast.west_manager, on=now)
    assert refused.value.code == "not_allowed"


@pytest.mark.parametrize("who", ["east_manager", "admin"])
def test_the_reps_manager_and_an_administrator_rate(cast: Cast, who: str) -> None:
    customer = make_customer(cast.east_rep)
    by = getattr(cast, who)
    assert (
        change_rating(customer=customer, rating="A", expected="B", by=by, on=today()).rating == "A"
    )


def test_a_manager_rates_their_own_customer(cast: Cast) -> None:
    customer = make_customer(cast.east_manager)
    change_rating(customer=customer, rating="A", expected="B", by=cast.east_manager, on=today())
    customer.refresh_from_db()
    assert customer.rating == "A"
