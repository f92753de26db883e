"""Rating policies and the organisation's settings: dated, bounded, on record."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from collections_app.accounts.models import AuditEntry
from collections_app.actions.change_organisation import change_organisation
from collections_app.commitments.making import Promised, make_commitments
from collections_app.commitments.models import Commitment
from collections_app.organisation.models import RatingPolicy
from collections_app.organisation.operations import SettingRefused, set_policy
from collections_app.organisation.queries import organisation, policies_on, today
from tests.conftest import Cast
from tests.web.acting import form_of
from tests.web.facts import make_customer, make_plan

POLICY: dict[str, Any] = {
    "grace_days": 2,
    "tolerance_permille": 5,
    "tolerance_cap": 200,
    "reminder_days": [5, 1],
    "chase_every_days": 3,
    "escalate_after_days": 6,
}


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin)
    return client


def test_a_changed_policy_counts_from_today_and_is_on_record(cast: Cast, admin: Client) -> None:
    data = form_of(admin, "/settings/policies/B/")
    data |= {"grace_days": "2", "tolerance_permille": "0.5 %", "reminder_days": "1，7, 3"}
    assert admin.post("/settings/policies/B/", data).status_code == 302
    policy = policies_on(today()).of_all["B"]
    assert (policy.grace_days, policy.tolerance_permille, policy.reminder_days) == (2, 5, [7, 3, 1])
    assert policies_on(today() - timedelta(days=1)).of_all["B"].grace_days == 1
    entry = AuditEntry.objects.get(subject_kind="rating_policy")
    assert (entry.subject_id, entry.payload["before"]["grace_days"]) == ("B", 1)


def test_a_promise_keeps_what_it_was_saved_with(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    told = Promised(customer, "P-OLD", today(), [(1, today() + timedelta(days=9), 10_000)])
    make_commitments([told], by=None)
    set_policy(rating="B", valid_from=today(), actor=cast.admin, **POLICY)
    assert Commitment.objects.get().grace_days == 1


def test_a_later_day_leaves_today_as_it_is(cast: Cast, admin: Client) -> None:
    later = today() + timedelta(days=30)
    set_policy(rating="A", valid_from=later, actor=cast.admin, **POLICY)
    assert policies_on(today()).of_all["A"].grace_days == 3
    assert policies_on(later).of_all["A"].grace_days == 2
    page = admin.get("/settings/policies/").content.decode()
    assert "to come" in page


def test_a_second_change_of_one_day_is_the_one_that_holds(cast: Cast) -> None:
    set_policy(rating="A", valid_from=today(), actor=cast.admin, **POLICY)
    set_policy(rating="A", valid_from=today(), actor=cast.admin, **{**POLICY, "grace_days": 9})
    assert RatingPolicy.objects.get().grace_days == 9


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grace_days", "-1"),
        ("grace_days", "61"),
        ("grace_days", "one"),
        ("tolerance_permille", "100.1"),
        ("tolerance_permille", "0.55"),
        ("tolerance_permille", "NaN"),
        ("tolerance_permille", "1e9999"),
        ("tolerance_cap", "-1"),
        ("reminder_days", "0"),
        ("reminder_days", "5; x"),
        ("reminder_days", "9 8 7 6 5 4 3"),
        ("chase_every_days", "0"),
        ("escalate_after_days", "366"),
        ("valid_from", "2020-01-01"),
        ("valid_from", "2300-01-01"),
        ("valid_from", ""),
    ],
)
def test_what_cannot_be_a_policy_is_refused_beside_its_field(
    cast: Cast, admin: Client, field: str, value: str
) -> None:
    data = form_of(admin, "/settings/policies/A/") | {"grace_days": "7", field: value}
    answer = admin.post("/settings/policies/A/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not RatingPolicy.objects.exists()


def test_a_lost_race_over_a_policy_shows_what_stands(cast: Cast, admin: Client) -> None:
    data = form_of(admin, "/settings/policies/A/") | {"grace_days": "7"}
    set_policy(rating="A", valid_from=today(), actor=cast.east_manager, **POLICY)
    answer = admin.post("/settings/policies/A/", data)
    assert answer.status_code == 409
    page = html.unescape(answer.content.decode())
    assert "Mei changed this meanwhile" in page
    assert "Now: 0.5" in page
    form = answer.context["form"]
    again = {name: form[name].value() for name in form.fields}
    assert admin.post("/settings/policies/A/", again).status_code == 302
    assert policies_on(today()).of_all["A"].grace_days == 7


def test_a_rating_that_there_is_none_of_is_not_found(cast: Cast, admin: Client) -> None:
    assert admin.get("/settings/policies/E/").status_code == 404


def test_the_organisations_settings_are_saved_and_on_record(cast: Cast, admin: Client) -> None:
    data = form_of(admin, "/settings/organisation/")
    data |= {"name": "Acme", "send_from_hour": "9", "lock_working_day": "5", "currency": "EUR"}
    assert admin.post("/settings/organisation/", data).status_code == 302
    home = organisation()
    assert (home.name, home.send_from_hour, home.lock_working_day, home.currency) == (
        "Acme", 9, 5, "EUR",
    )  # fmt: skip
    entry = AuditEntry.objects.get(subject_kind="organisation")
    assert set(entry.payload["after"]) == {
        "name",
        "send_from_hour",
        "lock_working_day",
        "currency",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("language", "fr"),
        ("time_zone", "Mars/Base"),
        ("currency", "XXX"),
        ("send_from_hour", "24"),
        ("quiet_days", "31"),
        ("lock_working_day", "16"),
        ("lock_working_day", "0"),
    ],
)
def test_a_bad_setting_is_refused_beside_its_field(
    cast: Cast, admin: Client, field: str, value: str
) -> None:
    data = form_of(admin, "/settings/organisation/") | {field: value}
    answer = admin.post("/settings/organisation/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


@pytest.mark.parametrize("change", [{"time_zone": "Europe/Berlin"}, {"currency": "EUR"}])
def test_zone_and_currency_are_fixed_once_there_are_facts(
    cast: Cast, admin: Client, change: dict[str, Any]
) -> None:
    make_plan(make_customer(cast.east_rep), 1_000)
    with pytest.raises(SettingRefused) as refusal:
        change_organisation(actor=cast.admin, **change)
    assert (refusal.value.code, refusal.value.field) == ("has_facts", next(iter(change)))
    data = form_of(admin, "/settings/organisation/") | change | {"name": "Acme"}
    assert admin.post("/settings/organisation/", data).status_code == 302
    home = organisation()
    assert (home.name, home.time_zone, home.currency) == ("Acme", "Asia/Shanghai", "CNY")


def test_a_lost_race_over_a_setting_shows_what_stands(cast: Cast, admin: Client) -> None:
    data = form_of(admin, "/settings/organisation/") | {"send_from_hour": "9"}
    change_organisation(actor=cast.east_manager, send_from_hour=6)
    answer = admin.post("/settings/organisation/", data)
    assert answer.status_code == 409
    assert "Now: 06:00" in html.unescape(answer.content.decode())
