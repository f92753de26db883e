"""The parts of the dashboard beside the month: promises by week, what is owed by age."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.standing.course import Day
from collections_app.web.charts.heat import weeks_of
from collections_app.web.charts.pace import HEIGHT, WIDTH, pace_of, points_of
from tests.conftest import Cast
from tests.web.acting import text_of
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_payment,
    make_plan,
    stand_on,
)

PARTS = ("promises", "ageing")


@pytest.fixture
def world(cast: Cast) -> None:
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep), start=1):
        customer = make_customer(rep, name=f"Firm {number}")
        make_plan(customer, 10_000)
        make_commitment(customer, (day(3), 1_000), (day(11), 2_000 * number), (day(27), 500))
        make_payment(customer, 1_400, on=day(2))
        make_invoice(customer, 7_000 * number, due_on=day(2))
    stand_on()


def part_of(client: Client, person: Person, query: str) -> str:
    client.force_login(person)
    return text_of(client.get(f"/gaps/?{query}"))


def test_the_heat_map_tells_each_rep_by_week(cast: Cast, client: Client, world: None) -> None:
    text = part_of(client, cast.admin, "tab=promises")
    assert "week of November 2" in text
    assert re.search(r"Chen 100% 1 kept, 0 partially kept, 0 broken .{0,20} 7%", text)
    assert text.index("Chen 100% 1 kept") < text.index("Anna 100% 1 kept")


def test_a_cell_leads_to_its_promises(cast: Cast, client: Client, world: None) -> None:
    client.force_login(cast.admin)
    page = client.get("/gaps/?tab=promises").content.decode().replace("&amp;", "&")
    link = f"?tab=promises&rep={cast.west_rep.public_id}&week=2026-11-09#verdicts"
    assert link in page
    text = part_of(client, cast.admin, link[1:].partition("#")[0])
    assert "Promises due in the week of Nov. 9, 2026" in text
    assert "Firm 3" in text
    assert "Firm 1" not in text
    assert "partially kept 5,600 6,000 400 Nov. 11, 2026" in text


def test_what_is_owed_stands_by_age_and_rep(cast: Cast, client: Client, world: None) -> None:
    text = part_of(client, cast.admin, "tab=ageing")
    assert "Chen 1 ¥19.6k ¥19.6k ¥0 ¥19.6k ¥0 ¥0 ¥0" in text
    assert "All 3 ¥37.8k" in text


@pytest.mark.parametrize("part", PARTS)
def test_a_part_shows_what_one_may_see(cast: Cast, client: Client, world: None, part: str) -> None:
    for person, sees in ((cast.east_manager, False), (cast.admin, True), (cast.west_rep, True)):
        assert ("Chen" in part_of(client, person, f"tab={part}").partition("Skip")[2][60:]) == sees


@pytest.mark.parametrize("part", PARTS)
def test_a_part_costs_twelve_queries_at_most(
    cast: Cast, client: Client, world: None, part: str
) -> None:
    part_of(client, cast.east_manager, f"tab={part}&on=2026-11-20")
    with CaptureQueriesContext(connection) as queries:
        part_of(client, cast.east_manager, f"tab={part}&on=2026-11-20&rating=B")
    asked = [q["sql"] for q in queries if "django_session" not in q["sql"]]
    asked = [sql for sql in asked if not sql.startswith(("SAVEPOINT", "RELEASE", "UPDATE"))]
    assert len(asked) <= 12, "\n".join(sql[:150] for sql in asked)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_anything_says_so(cast: Cast, client: Client, part: str) -> None:
    stand_on()
    text = part_of(client, cast.admin, f"tab={part}")
    assert "No deadline has passed yet" in text or "Nothing is owed" in text


@pytest.mark.parametrize("query", ["tab=x", "week=2026-11-10", "week=x", "verdict=open"])
def test_what_means_nothing_is_not_found(
    cast: Cast, client: Client, world: None, query: str
) -> None:
    client.force_login(cast.admin)
    assert client.get(f"/gaps/?{query}").status_code == 404


def test_the_pace_line_holds_each_day_and_stops_today() -> None:
    days = [Day(day(2), 100, 40), Day(day(20), 300, 60), Day(day(25), 0, 0)]
    points = points_of(days, MONTH, on=DAY)
    assert len(points) == 30
    assert [p.due_by for p in points][-1] == 400
    received = [p.received_by for p in points if p.received_by is not None]
    assert received == [0, *[40] * 18, *[100] * 4]
    line = pace_of(days, MONTH, on=DAY, target=800)
    assert line is not None
    assert line.target_y == "0.00%"
    xs = [float(x) for x in re.findall(r"H([\d.]+)", line.due)]
    ys = [float(y) for y in re.findall(r"V([\d.]+)", line.due)]
    assert max(xs) == WIDTH
    assert xs == sorted(xs)
    assert all(0 <= y <= HEIGHT for y in ys)


def test_nothing_makes_no_line() -> None:
    assert pace_of([], MONTH, on=DAY, target=0) is None


def test_the_weeks_of_a_month_are_cut_to_it() -> None:
    weeks = weeks_of(MONTH)
    assert weeks[0] == (date(2026, 10, 26), date(2026, 11, 1))
    assert weeks[-1] == (date(2026, 11, 30), date(2026, 11, 30))
    assert len(weeks) == 6
