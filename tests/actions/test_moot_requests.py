"""A request that waits is withdrawn when its promise ends, and the trail tells it."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.accounts.models import AuditEntry
from collections_app.actions.decide import approve
from collections_app.actions.promise import Terms, cancel_promise, renegotiate
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.followups.models import Request
from collections_app.notices.models import Notice
from collections_app.notices.requests import requested_gone
from tests.actions.asking import ask_cut, ask_promise, make_asked_customer, promise
from tests.conftest import Cast
from tests.imports.files import take
from tests.web.facts import DAY, day, make_commitment

HEAD = "reference,customer_code,made_on,due_on,amount,cancelled_on,supersedes\n"


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_asked_customer(cast)


def cancel(customer: Customer) -> None:
    cancel_promise(commitment=promise(), reason="sold", by=customer.owner, on=DAY)


def replace(customer: Customer) -> None:
    renegotiate(
        commitment=promise(), terms=Terms(made_on=DAY, instalments=[(day(30), 800_00)]),
        reason="later", asked_by="customer", by=customer.owner, on=DAY,
    )  # fmt: skip


def stands(asked: Request) -> tuple[str, str, date | None]:
    asked.refresh_from_db()
    return asked.state, asked.word, asked.decided_on


def test_cancelling_the_promise_withdraws_what_waits_about_it(customer: Customer) -> None:
    asked = ask_promise(customer)
    cancel(customer)
    assert stands(asked) == ("withdrawn", "The promise was cancelled meanwhile.", DAY)
    assert asked.decided_by == customer.owner


def test_renegotiating_the_promise_withdraws_what_waits_about_it(customer: Customer) -> None:
    asked = ask_promise(customer)
    replace(customer)
    assert stands(asked) == ("withdrawn", "The promise was renegotiated meanwhile.", DAY)


def test_the_trail_tells_that_it_was_withdrawn_and_why(customer: Customer) -> None:
    asked = ask_promise(customer)
    cancel(customer)
    told = AuditEntry.objects.get(subject_kind="request", verb="withdraw")
    assert (told.subject_id, told.actor) == (str(asked.public_id), customer.owner)
    assert told.payload["word"] == "The promise was cancelled meanwhile."
    assert told.payload["reference"] == "P-1"


def test_the_manager_is_no_longer_mailed_of_it(customer: Customer) -> None:
    ask_promise(customer)
    cancel(customer)
    assert requested_gone(Notice.objects.get(kind="requested")) == "withdrawn"


def test_what_is_withdrawn_like_this_can_no_longer_be_decided(
    customer: Customer, cast: Cast
) -> None:
    asked = ask_promise(customer)
    cancel(customer)
    with pytest.raises(Overtaken):
        approve(request=asked, by=cast.east_manager, on=DAY)


@pytest.mark.parametrize("kind", ["postpone", "accept"])
def test_the_request_that_ends_the_promise_is_approved_and_not_withdrawn(
    customer: Customer, cast: Cast, kind: str
) -> None:
    asked = ask_promise(customer, kind, 800 if kind == "accept" else 300)
    approve(request=asked, by=cast.east_manager, on=DAY)
    assert stands(asked)[0] == "approved"
    assert not AuditEntry.objects.filter(subject_kind="request", verb="withdraw").exists()


def test_requests_about_something_else_go_on_waiting(customer: Customer) -> None:
    other = ask_promise(customer)
    Request.objects.filter(pk=other.pk).update(
        commitment=make_commitment(customer, (day(26), 100), reference="P-2")
    )
    cut = ask_cut(customer)
    cancel(customer)
    assert [stands(one)[0] for one in (other, cut)] == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("P-1,{code},2026-11-01,2026-11-10,300,2026-11-20,\nP-1,{code},2026-11-01,2026-11-25,500,,",
         "The promise was cancelled meanwhile."),
        ("P-9,{code},2026-11-20,2026-11-30,800,,P-1", "The promise was renegotiated meanwhile."),
    ],
)  # fmt: skip
def test_a_file_that_ends_the_promise_withdraws_it_too(
    customer: Customer, row: str, word: str
) -> None:
    asked = ask_promise(customer)
    result = take("commitments", HEAD + row.format(code=customer.code))
    assert result.rejected == []
    assert stands(asked)[:2] == ("withdrawn", word)
    assert AuditEntry.objects.filter(subject_kind="request", verb="withdraw").count() == 1
