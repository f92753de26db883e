"""The month report is one page of paper, with as many reps and customers as it ever names."""

from __future__ import annotations

import re

import pytest

from collections_app.accounts.models import Person, Role
from tests.conftest import Cast
from tests.journeys.conftest import Watched
from tests.web.facts import day, make_commitment, make_customer, make_payment, make_plan, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_month_of_many_fits_on_one_page(watched: Watched, cast: Cast) -> None:
    for number in range(14):
        rep = Person.objects.create(
            email=f"rep{number}@kept.test", name=f"张三丰 {number}", role=Role.REP, team=cast.east
        )
        customer = make_customer(rep, name=f"江南医药股份有限公司第{number}分公司")
        make_plan(customer, 9_876_543 * (number + 1))
        make_commitment(customer, (day(5), 1_234_567), (day(28), 7_654_321))
        make_payment(customer, 234_567, on=day(9))
    stand_on()
    watched.page.emulate_media(media="print")
    watched.sign_in(cast.admin)
    page = watched.goto("/gaps/report/")
    paper = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type ?/Page[^s]", paper)) == 1
    assert page.locator("tbody tr th[scope=row]").count() >= 22
