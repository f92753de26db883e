"""Sweeps side by side owe each lapse once. With lock and key off, the same race owes doubles."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import transaction

from collections_app.notices.models import Notice, NoticeKind
from collections_app.notices.operations import Owed, owe
from collections_app.organisation.models import Organisation
from collections_app.outbox.models import Message
from collections_app.reminders.sweep import sweep
from collections_app.standing.models import LAPSED, Allocation, InstalmentStanding
from tests.conftest import Cast
from tests.facts import promise
from tests.racing import side_by_side, without_constraint
from tests.web.facts import day, make_customer

NEXT = day(11)
SWEEPS, PROMISES = 8, 12

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def promised(transactional_db: None, cast: Cast) -> list[int]:
    """Promises by the 10th, of two reps; swept on the 9th."""
    owners = (cast.east_rep, cast.west_rep)
    made = [promise(make_customer(owners[n % 2]), (day(10), 100)) for n in range(PROMISES)]
    sweep(on=day(9))
    return [commitment.instalments.get().pk for commitment in made]


def everything() -> list[list[tuple[object, ...]]]:
    """All rows that a sweep could write to."""
    models = (Organisation, InstalmentStanding, Allocation, Notice, Message)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


def lapses_not_owed() -> list[Owed]:
    """What has lapsed and is not owed yet: a check, apart from the act."""
    rows = InstalmentStanding.objects.filter(state__in=LAPSED).exclude(
        pk__in=Notice.objects.values("instalment")
    )
    return [
        Owed(owner, f"instalment/{pk}", customer, pk)
        for pk, customer, owner in rows.values_list("pk", "customer", "customer__owner")
    ]


def test_eight_sweeps_at_once_owe_each_lapse_once(promised: list[int]) -> None:
    side_by_side(*[lambda: sweep(on=NEXT)] * SWEEPS)
    assert sorted(Notice.objects.values_list("instalment", flat=True)) == promised


def test_eight_sweeps_at_once_make_one_message_for_each_person(
    promised: list[int], cast: Cast
) -> None:
    side_by_side(*[lambda: sweep(on=NEXT)] * SWEEPS)
    people = sorted(Message.objects.values_list("person", flat=True))
    assert people == [cast.east_rep.pk, cast.west_rep.pk]


def test_three_sweeps_after_eight_at_once_change_no_row(promised: list[int]) -> None:
    side_by_side(*[lambda: sweep(on=NEXT)] * SWEEPS)
    before = everything()
    side_by_side(*[lambda: sweep(on=NEXT)] * 3)
    assert everything() == before


def test_even_without_the_organisations_lock_the_key_owes_each_lapse_once(
    promised: list[int],
) -> None:
    sweep(on=NEXT, notify=False)
    found = lapses_not_owed()
    fresh: list[int] = []
    side_by_side(*[lambda: fresh.extend(owe(NoticeKind.LAPSED, found))] * SWEEPS)
    assert (Notice.objects.count(), len(fresh)) == (PROMISES, PROMISES)


@pytest.fixture
def _without_the_key(promised: list[int]) -> Iterator[None]:
    """The unique key of notices away while the test runs."""
    with without_constraint(Notice, "notice_owed_once"):
        yield


@pytest.mark.usefixtures("_without_the_key")
def test_with_neither_lock_nor_key_the_same_race_owes_doubles() -> None:
    sweep(on=NEXT, notify=False)
    checked = threading.Barrier(SWEEPS, timeout=20)

    def check_then_create() -> None:
        with transaction.atomic():
            found = lapses_not_owed()
            checked.wait()  # nothing but a lock would have kept the others from getting here
            Notice.objects.bulk_create(
                Notice(
                    kind=NoticeKind.LAPSED,
                    person_id=one.person_id,
                    key=one.key,
                    customer_id=one.customer_id,
                    instalment_id=one.instalment_id,
                )
                for one in found
            )

    side_by_side(*[check_then_create] * SWEEPS)
    assert Notice.objects.count() == PROMISES * SWEEPS
