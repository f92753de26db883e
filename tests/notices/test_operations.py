"""A thing to be said is owed once, whoever finds it and however often."""

from __future__ import annotations

import threading

import pytest
from django.db import transaction

from collections_app.accounts.models import Person
from collections_app.commitments.models import Instalment
from collections_app.notices.models import Notice, NoticeKind, NoticeState
from collections_app.notices.operations import owe, withdraw
from collections_app.outbox.models import Message
from tests.conftest import Cast
from tests.notices.conftest import owe_lapsed, owed_for
from tests.racing import side_by_side
from tests.web.facts import day, make_commitment, make_customer, stand_on

SWEEPS = 8


def test_a_notice_already_owed_is_not_owed_twice(lapsed: Instalment) -> None:
    (message,) = owe_lapsed(lapsed)
    assert owe_lapsed(lapsed) == []
    assert Notice.objects.get().message == message
    assert (message.to_address, message.kind) == ("anna@kept.test", "lapsed")


def test_what_one_person_is_told_goes_into_one_message(cast: Cast) -> None:
    of_anna = [make_customer(cast.east_rep) for _ in range(2)]
    of_chen = make_customer(cast.west_rep)
    for customer in (*of_anna, of_chen):
        make_commitment(customer, (day(5), 100), (day(9), 100))
    stand_on()
    messages = owe_lapsed(*Instalment.objects.order_by("pk"))
    counts = {message.person_id: message.notices.count() for message in messages}
    assert counts == {cast.east_rep.pk: 4, cast.west_rep.pk: 2}


def test_one_withdrawn_unsent_is_owed_again_in_a_message_of_its_own(lapsed: Instalment) -> None:
    (former,) = owe_lapsed(lapsed)
    notice = Notice.objects.get()
    assert withdraw([notice.pk], reason="paid", message=former) == 1
    (again,) = owe_lapsed(lapsed)
    notice.refresh_from_db()
    assert (notice.state, notice.reason, notice.times_owed) == (NoticeState.OWED, "", 2)
    assert notice.message == again
    assert again.message_id != former.message_id


def test_what_another_message_carries_by_now_is_not_withdrawn(lapsed: Instalment) -> None:
    (former,) = owe_lapsed(lapsed)
    notice = Notice.objects.get()
    withdraw([notice.pk], reason="paid", message=former)
    owe_lapsed(lapsed)
    assert withdraw([notice.pk], reason="paid", message=former) == 0
    notice.refresh_from_db()
    assert notice.state == NoticeState.OWED


def test_owing_nothing_is_nothing(db: None) -> None:
    assert owe(NoticeKind.LAPSED, []) == []
    assert owe_lapsed() == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_owe_each_thing_once(cast: Cast) -> None:
    instalments = _many(cast.east_rep)
    side_by_side(*[lambda: _owe_in_a_transaction(instalments)] * SWEEPS)
    _owe_in_a_transaction(instalments)
    assert Notice.objects.count() == len(instalments)
    assert set(Notice.objects.values_list("times_owed", flat=True)) == {1}
    assert not Notice.objects.filter(message=None).exists()
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_asking_first_whether_it_is_owed_the_same_race_owes_twice(cast: Cast) -> None:
    instalments = _many(cast.east_rep)
    found: list[int] = []
    meet = threading.Barrier(SWEEPS)

    def check_then_act() -> None:
        missing = [i for i in instalments if not Notice.objects.filter(instalment=i).exists()]
        meet.wait()
        found.append(len(missing))
        owe(NoticeKind.LAPSED, [owed_for(i) for i in missing])

    side_by_side(*[check_then_act] * SWEEPS)
    assert sum(found) > Notice.objects.count()


def _many(owner: Person) -> list[Instalment]:
    customer = make_customer(owner)
    make_commitment(customer, *((day(number), 100) for number in range(1, 15)))
    stand_on()
    return list(Instalment.objects.select_related("customer__owner").order_by("pk"))


def _owe_in_a_transaction(instalments: list[Instalment]) -> None:
    with transaction.atomic():
        owe_lapsed(*instalments)
