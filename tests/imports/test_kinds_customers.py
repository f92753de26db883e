"""Customers by code: made, changed, handed over, rated; their first contact comes along."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.customers.models import (
    Contact,
    Customer,
    Ownership,
    RatingChange,
    RegularAgreement,
)
from tests.conftest import Cast
from tests.imports.files import DAY, counts, customers_of, faults, take

pytestmark = pytest.mark.django_db

HEAD = "code,name,owner_email"
ALL = (
    "code,name,owner_email,credit_rating,currency,contact_name,contact_email,contact_phone,"
    "language,reminder_mode,payment_terms_days,regular_amount,regular_day\n"
)
FULL = ALL + (
    "C1,海港贸易,anna@kept.test,A,CNY,王芳,wang@harbour.test,+86 10,zh-hans,automatic,30,5000.50,5"
)


def customer(code: str = "C1") -> Customer:
    return Customer.objects.get(code=code)


def test_a_new_customer_has_all_that_the_row_says(cast: Cast) -> None:
    assert counts(take("customers", FULL)) == (1, 0, 0, 0)
    made = customer()
    assert (made.name, made.owner, made.rating, made.currency) == (
        "海港贸易",
        cast.east_rep,
        "A",
        "CNY",
    )
    assert (made.reminder_mode, made.payment_terms_days) == ("automatic", 30)
    assert (made.regular_amount, made.regular_day) == (500050, 5)


def test_the_contact_comes_along(cast: Cast) -> None:
    take("customers", FULL)
    contact = Contact.objects.get(customer__code="C1")
    assert (contact.name, contact.email, contact.phone) == ("王芳", "wang@harbour.test", "+86 10")
    assert (contact.language, contact.is_primary) == ("zh-hans", True)


def test_a_new_customer_has_the_organisations_currency_and_waits_for_approval(cast: Cast) -> None:
    take("customers", f"{HEAD}\nC1,One,anna@kept.test")
    assert (customer().currency, customer().reminder_mode) == ("CNY", "approve")


def test_the_first_owner_and_rating_count_from_the_beginning(cast: Cast) -> None:
    take("customers", FULL)
    assert list(Ownership.objects.values_list("owner", "valid_from")) == [(cast.east_rep.pk, None)]
    assert list(RatingChange.objects.values_list("rating", "valid_from")) == [("A", None)]


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    take("customers", FULL)
    assert counts(take("customers", FULL)) == (0, 0, 1, 0)
    assert (Contact.objects.count(), Ownership.objects.count()) == (1, 1)


def test_a_known_customer_takes_new_values(cast: Cast) -> None:
    take("customers", FULL)
    result = take("customers", f"{HEAD},payment_terms_days\nC1,New name,anna@kept.test,45")
    assert counts(result) == (0, 1, 0, 0)
    assert (customer().name, customer().payment_terms_days) == ("New name", 45)


def test_an_empty_cell_leaves_what_is_there(cast: Cast) -> None:
    take("customers", FULL)
    result = take("customers", ALL + "C1,海港贸易,anna@kept.test,,,,,,,,,,")
    assert counts(result) == (0, 0, 1, 0)
    assert (customer().rating, customer().regular_amount) == ("A", 500050)


def test_a_new_owner_counts_from_the_day_of_the_import(cast: Cast) -> None:
    take("customers", f"{HEAD}\nC1,One,anna@kept.test", on=date(2013, 7, 1))
    take("customers", f"{HEAD}\nC1,One,bo@kept.test")
    assert customer().owner == cast.east_rep_two
    assert list(Ownership.objects.order_by("id").values_list("owner", "valid_from")) == [
        (cast.east_rep.pk, None),
        (cast.east_rep_two.pk, DAY),
    ]


def test_of_two_new_ratings_on_one_day_the_later_holds(cast: Cast) -> None:
    for rating in "ABC":
        take("customers", f"{HEAD},credit_rating\nC1,One,anna@kept.test,{rating}")
    assert list(RatingChange.objects.order_by("id").values_list("rating", "valid_from")) == [
        ("A", None),
        ("C", DAY),
    ]


def test_a_changed_contact_is_an_update(cast: Cast) -> None:
    take("customers", FULL)
    result = take("customers", f"{HEAD},contact_phone\nC1,海港贸易,anna@kept.test,+86 20")
    assert counts(result) == (0, 1, 0, 0)
    assert Contact.objects.get().phone == "+86 20"


def test_a_contact_without_a_name_is_named_after_its_address_however_long(cast: Cast) -> None:
    address = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.test"
    result = take("customers", f"{HEAD},contact_email\nC1,One,anna@kept.test,{address}")
    assert counts(result) == (1, 0, 0, 0)
    assert Contact.objects.get().name == address[:200]


def test_the_longest_chinese_name_has_a_pinyin_that_fits(cast: Cast) -> None:
    result = take("customers", f"{HEAD}\nC1,{'双' * 200},anna@kept.test")
    assert counts(result) == (1, 0, 0, 0)


def test_the_owner_is_found_whatever_the_case(cast: Cast) -> None:
    assert counts(take("customers", f"{HEAD}\nC1,One,ANNA@KEPT.TEST")) == (1, 0, 0, 0)


def test_an_unknown_owner_is_refused(cast: Cast) -> None:
    result = take("customers", f"{HEAD}\nC1,One,nobody@kept.test")
    assert faults(result) == [(2, "owner_email", "unknown_user")]


def test_the_currency_of_a_customer_without_facts_may_change(cast: Cast) -> None:
    customers_of(cast)
    result = take("customers", f"{HEAD},currency\nC1,Harbour Trading,anna@kept.test,JPY")
    assert counts(result) == (0, 1, 0, 0)
    assert customer().currency == "JPY"


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("invoices", "number,customer_code,issued_on,due_on,amount\nI1,C1,2013-07-01,2013-07-31,9"),
        ("payments", "reference,customer_code,received_on,amount\nP1,C1,2013-07-01,9"),
        ("adjustments", "number,customer_code,on,amount,kind\nA1,C1,2013-07-01,9,claim"),
        ("plans", "customer_code,month,target\nC1,2013-08,9"),
        (
            "commitments",
            "reference,customer_code,made_on,due_on,amount\nR,C1,2013-07-01,2013-07-2,9",
        ),
    ],
)
def test_the_currency_of_a_customer_with_facts_may_not_change(
    cast: Cast, kind: str, fact: str
) -> None:
    customers_of(cast)
    assert counts(take(kind, fact)) == (1, 0, 0, 0)
    result = take("customers", f"{HEAD},currency\nC1,Harbour Trading,anna@kept.test,JPY")
    assert faults(result) == [(2, "currency", "conflict")]
    assert customer().currency == "CNY"


def test_a_regular_amount_counts_in_the_new_currency(cast: Cast) -> None:
    customers_of(cast)
    row = "C1,Harbour Trading,anna@kept.test,JPY,5000"
    take("customers", f"{HEAD},currency,regular_amount\n{row}")
    assert customer().regular_amount == 5000


def test_a_regular_amount_in_the_old_currency_is_asked_for_anew(cast: Cast) -> None:
    take("customers", FULL)
    result = take("customers", f"{HEAD},currency\nC1,海港贸易,anna@kept.test,JPY")
    assert faults(result) == [(2, "regular_amount", "required")]


@pytest.mark.parametrize("owner", ["", "no address"])
def test_a_rejected_owner_does_not_stop_the_other_rows(cast: Cast, owner: str) -> None:
    result = take("customers", f"{HEAD}\nC1,One,{owner}\nC2,Two,anna@kept.test", skip_bad_rows=True)
    assert counts(result) == (1, 0, 0, 1)
    assert [c.code for c in Customer.objects.all()] == ["C2"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("C1,One,anna@kept.test,E,,,,,,,,,", (2, "credit_rating", "unknown_value")),
        ("C1,One,anna@kept.test,,XXY,,,,,,,,", (2, "currency", "invalid_currency")),
        ("C1,One,anna@kept.test,,,,no,,,,,,", (2, "contact_email", "invalid_email")),
        ("C1,One,anna@kept.test,,,,,,,sometimes,,,", (2, "reminder_mode", "unknown_value")),
        ("C1,One,anna@kept.test,,,,,,,,-1,,", (2, "payment_terms_days", "out_of_range")),
        ("C1,One,anna@kept.test,,,,,,,,,0,", (2, "regular_amount", "out_of_range")),
        ("C1,One,anna@kept.test,,,,,,,,,-5,", (2, "regular_amount", "out_of_range")),
        ("C1,One,anna@kept.test,,,,,,,,,x,", (2, "regular_amount", "invalid_amount")),
        ("C1,One,anna@kept.test,,,,,,,,,,32", (2, "regular_day", "out_of_range")),
        (f"{'C' * 65},One,anna@kept.test,,,,,,,,,,", (2, "code", "too_long")),
        ("C1,,anna@kept.test,,,,,,,,,,", (2, "name", "required")),
    ],
)
def test_a_bad_cell_is_named(cast: Cast, row: str, fault: tuple[int, str, str]) -> None:
    assert faults(take("customers", ALL + row)) == [fault]
    assert not Customer.objects.exists()


def test_a_code_keeps_its_zeros_and_its_case(cast: Cast) -> None:
    take(
        "customers",
        f"{HEAD}\n007,One,anna@kept.test\nc1,Two,anna@kept.test\nC1,Three,anna@kept.test",
    )
    assert sorted(Customer.objects.values_list("code", flat=True)) == ["007", "C1", "c1"]


def test_one_code_with_two_contents_is_refused_the_second_time(cast: Cast) -> None:
    result = take("customers", f"{HEAD}\nC1,One,anna@kept.test\nC1,Two,anna@kept.test")
    assert faults(result) == [(3, "code", "duplicate_in_file")]


def agreements() -> list[tuple[date | None, int | None, int | None]]:
    rows = RegularAgreement.objects.order_by("pk")
    return list(rows.values_list("valid_from", "amount", "day"))


REGULAR = "code,name,owner_email,regular_amount,regular_day\n"


def test_a_regular_payment_counts_from_the_beginning_and_a_change_from_its_day(cast: Cast) -> None:
    take("customers", f"{REGULAR}C1,One,anna@kept.test,500,5\n")
    assert agreements() == [(None, 500_00, 5)]
    take("customers", f"{REGULAR}C1,One,anna@kept.test,700,\n")
    assert agreements()[1:] == [(DAY, 700_00, 5)]


def test_half_a_regular_payment_is_no_agreement(cast: Cast) -> None:
    take("customers", f"{REGULAR}C1,One,anna@kept.test,500,\n")
    assert agreements() == []
    take("customers", f"{REGULAR}C1,One,anna@kept.test,,9\n")
    assert agreements() == [(DAY, 500_00, 9)]


def test_the_same_file_again_agrees_nothing_anew(cast: Cast) -> None:
    for _ in range(2):
        take("customers", f"{REGULAR}C1,One,anna@kept.test,500,5\n")
    assert agreements() == [(None, 500_00, 5)]
