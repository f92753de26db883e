"""The month on one page: the dashboard's figures, of what one may see, for paper."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.web.pages import gap_report
from collections_app.web.pages.gap_report import MonthReport
from tests.conftest import Cast
from tests.web.acting import text_of
from tests.web.facts import day, make_commitment, make_customer, make_payment, make_plan, stand_on


@pytest.fixture
def world(cast: Cast) -> None:
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep) * 4, start=1):
        customer = make_customer(rep, name=f"Firm {number}")
        make_plan(customer, 1_000 * number)
        make_commitment(customer, (day(11), 200 * number), (day(27), 50))
        make_payment(customer, 123, on=day(10))
    stand_on()


def report_of(client: Client, person: Person, query: str = "") -> MonthReport:
    client.force_login(person)
    report: MonthReport = client.get(f"/gaps/report/{query}").context["report"]
    return report


def test_its_figures_are_those_of_the_dashboard(world: None, cast: Cast, client: Client) -> None:
    query = "?on=2026-11-20&rating=B"
    report = report_of(client, cast.admin, query)
    dashboard = client.get(f"/gaps/{query}").context["page"]
    assert report.page.total == dashboard.total
    assert report.page.tiles == dashboard.tiles
    assert report.page.waterfall == dashboard.waterfall
    assert [r.row for r in report.page.risks] == [r.row for r in dashboard.risks]
    assert [cell.value for cell in report.sums][:2] == [
        dashboard.total.at_risk,
        dashboard.total.target,
    ]


def test_it_names_the_reps_with_most_at_risk_and_sums_all(
    world: None, cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gap_report, "MOST_REPS", 2)
    report = report_of(client, cast.admin, "?sort=name&order=name&q=nothing&page=9&by=rating")
    risks = [line.row.at_risk for line in report.reps]
    assert len(risks) == 2
    assert risks == sorted(risks, reverse=True)
    assert report.more == 1
    total = report.page.total
    assert total is not None
    assert total.customers == 12
    assert "1 rep with less at risk is not shown, but in the sum." in text_of(
        client.get("/gaps/report/")
    )


def test_ten_customers_stand_with_what_is_being_done(
    world: None, cast: Cast, client: Client
) -> None:
    report = report_of(client, cast.admin)
    assert len(report.page.risks) == 10
    text = text_of(client.get("/gaps/report/"))
    for shown in (
        "Month report · November 2026",
        "Firm 12",
        "Next promise",
        "Pace",
        "As of Nov. 23",
    ):
        assert shown in text


def test_a_manager_reads_of_the_subtree_alone(world: None, cast: Cast, client: Client) -> None:
    report = report_of(client, cast.east_manager)
    assert {line.row.name for line in report.reps} == {
        cast.east_rep.name,
        cast.east_rep_two.name,
    }
    assert cast.west_rep.name not in text_of(client.get("/gaps/report/"))
    path = f"/gaps/report/?rep={cast.west_rep.public_id}"
    assert client.get(path).status_code == 404


def test_the_dashboard_leads_to_it_as_it_is_narrowed(
    world: None, cast: Cast, client: Client
) -> None:
    client.force_login(cast.admin)
    query = f"?month=2026-11&on=2026-11-20&rep={cast.east_rep.public_id}"
    page = client.get(f"/gaps/{query}&q=x&show=lapsed").content.decode().replace("&amp;", "&")
    assert f'"/gaps/report/{query}"' in page
    assert cast.east_rep.name in text_of(client.get(f"/gaps/report/{query}"))


def test_a_month_of_nothing_says_so(world: None, cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    assert "Nothing is planned for" in text_of(client.get("/gaps/report/?month=2031-01"))


def test_it_costs_twelve_queries_at_most(world: None, cast: Cast, client: Client) -> None:
    path = "/gaps/report/?on=2026-11-20"
    report_of(client, cast.east_manager)
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    asked = [q["sql"] for q in queries if "django_session" not in q["sql"]]
    asked = [sql for sql in asked if not sql.startswith(("SAVEPOINT", "RELEASE", "UPDATE"))]
    assert len(asked) <= 12, "\n".join(sql[:150] for sql in asked)
