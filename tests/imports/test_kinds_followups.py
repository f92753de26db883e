"""Follow-ups by customer, instant and outcome."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.followups.models import FollowUp
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from tests.conftest import Cast
from tests.imports.files import counts, customers_of, faults, take

HEAD = "customer_code,at,outcome,channel,reason,next_on,note\n"
ROW = HEAD + "C1,2013-07-08 15:30,put_off,phone,cash_short,2013-07-15,Asked for a week"


@pytest.fixture(autouse=True)
def _customers(cast: Cast) -> None:
    customers_of(cast)
    organisation()
    Organisation.objects.update(time_zone="Asia/Shanghai")


def test_a_new_follow_up_has_all_that_the_row_says() -> None:
    assert counts(take("followups", ROW)) == (1, 0, 0, 0)
    one = FollowUp.objects.get()
    assert (one.customer.code, one.on_day, one.next_on) == (
        "C1",
        date(2013, 7, 8),
        date(2013, 7, 15),
    )
    assert one.at == datetime(2013, 7, 8, 7, 30, tzinfo=UTC)
    assert (one.outcome, one.channel, one.reason) == ("put_off", "phone", "cash_short")
    assert one.note == "Asked for a week"
    assert one.import_record is not None


def test_a_day_alone_is_its_midnight_in_the_organisations_zone() -> None:
    take("followups", HEAD + "C1,2013/7/8,no_answer,,,,")
    one = FollowUp.objects.get()
    assert (one.on_day, one.at) == (date(2013, 7, 8), datetime(2013, 7, 7, 16, 0, tzinfo=UTC))


def test_chinese_headings_and_choices_are_understood() -> None:
    head = "客户编码,跟进时间,跟进结果,跟进方式,未付款原因,下次跟进日期,跟进内容\n"
    row = "C1,2013年7月8日 9:05,承诺付款,微信,资金紧张,2013年7月12日,周五付款"
    assert counts(take("followups", head + row)) == (1, 0, 0, 0)
    one = FollowUp.objects.get()
    assert (one.outcome, one.channel, one.reason) == ("promised", "wechat", "cash_short")
    assert (one.next_on, one.note) == (date(2013, 7, 12), "周五付款")


def test_the_same_file_again_changes_nothing() -> None:
    take("followups", ROW)
    assert counts(take("followups", ROW)) == (0, 0, 1, 0)
    assert FollowUp.objects.count() == 1


def test_an_empty_cell_leaves_what_is_there() -> None:
    take("followups", ROW)
    again = take("followups", HEAD + "C1,2013-07-08 15:30,put_off,,,,")
    assert counts(again) == (0, 0, 1, 0)


def test_a_known_one_may_not_change() -> None:
    take("followups", ROW)
    again = take("followups", HEAD + "C1,2013-07-08 15:30,put_off,visit,,,")
    assert faults(again) == [(2, "at", "conflict")]


def test_another_outcome_at_the_same_instant_is_another_follow_up() -> None:
    take("followups", ROW)
    assert counts(take("followups", HEAD + "C1,2013-07-08 15:30,refused,,,,")) == (1, 0, 0, 0)


def test_a_note_keeps_its_lines() -> None:
    take("followups", HEAD + 'C1,2013-07-08,other,,,,"one\ntwo"')
    assert FollowUp.objects.get().note == "one\ntwo"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("C1,,put_off,,,,", ("at", "required")),
        ("C1,2013-07-08,,,,,", ("outcome", "required")),
        ("C1,yesterday,paid,,,,", ("at", "invalid_date")),
        ("C1,03/04/2013,paid,,,,", ("at", "ambiguous_date")),
        ("C1,2013-07-11,paid,,,,", ("at", "out_of_range")),
        ("C1,2013-07-08,maybe,,,,", ("outcome", "unknown_value")),
        ("C1,2013-07-08,paid,pigeon,,,", ("channel", "unknown_value")),
        ("C1,2013-07-08,paid,,weather,,", ("reason", "unknown_value")),
        ("C1,2013-07-08,paid,,,2013-07-07,", ("next_on", "out_of_range")),
        ("C9,2013-07-08,paid,,,,", ("customer_code", "unknown_customer")),
    ],
)
def test_a_bad_cell_of_a_follow_up_is_named(row: str, fault: tuple[str, str]) -> None:
    result = take("followups", HEAD + row)
    assert faults(result) == [(2, *fault)]
    assert result.rejected[0].error.message
    assert not FollowUp.objects.exists()


def test_the_same_contact_twice_in_a_file_is_one() -> None:
    row = "C1,2013-07-08 15:30,paid,,,,"
    assert counts(take("followups", HEAD + f"{row}\n{row}")) == (1, 0, 1, 0)
    other = HEAD + "C2,2013-07-08,paid,,,,a\nC2,2013-07-08,paid,,,,b"
    assert [code for _row, _column, code in faults(take("followups", other))] == [
        "duplicate_in_file"
    ]


def test_a_rep_imports_for_own_customers_alone(cast: Cast) -> None:
    result = take("followups", HEAD + "J1,2013-07-08,paid,,,,", by=cast.east_rep)
    assert faults(result) == [(2, "customer_code", "unknown_customer")]
    assert counts(take("followups", ROW, by=cast.east_rep)) == (1, 0, 0, 0)
    assert FollowUp.objects.get().entered_by == cast.east_rep


def test_many_rows_cost_no_more_queries() -> None:
    found = []
    for day in (1, 2):
        rows = "\n".join(f"C1,2013-07-0{day} 1{n}:00,paid,,,," for n in range(1 if day == 1 else 9))
        with CaptureQueriesContext(connection) as queries:
            take("followups", HEAD + rows)
        found.append(len(queries))
    assert found[0] == found[1]
