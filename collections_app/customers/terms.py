"""What was agreed with a customer or decided about it from a day on: rating, regular payment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import AuditEntry, Person, Role
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import (
    Customer,
    Dated,
    Ownership,
    RatingChange,
    RegularAgreement,
)
from collections_app.customers.trail import record_act
from collections_app.organisation.models import Rating

# How far back an agreement may be dated that is entered by hand.
AGREED_BACK: Final = timedelta(days=31)
_VALUES: Final[dict[type[Dated], list[str]]] = {
    Ownership: ["owner"],
    RatingChange: ["rating"],
    RegularAgreement: ["day", "amount", "agreed_with"],
}


class TermsRefused(Refused):
    """A rating or a regular payment cannot be set like this."""


def write_dated(rows: Iterable[Dated]) -> None:
    """Save dated rows of one kind; two changes on one day are one: the later holds."""
    rows = list(rows)
    if not rows:
        return
    model = type(rows[0])
    model._default_manager.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["customer", "valid_from"],
        update_fields=[*_VALUES[model], "entered_by"],
    )


def change_rating(
    *,
    customer: Customer,
    rating: str | None,
    expected: str | None,
    by: Person,
    on: date,
    reason: str = "",
) -> Customer:
    """Rate the customer from ``on``; promises already made keep their grace and tolerance.

    ``expected`` is the rating that the writer saw. Raises ``TermsRefused``: ``unknown_value``,
    ``unchanged``, ``not_allowed`` for who does not manage the customer, a delegate
    included; ``Overtaken`` where somebody was first.
    """
    if rating is not None and rating not in Rating.values:
        raise TermsRefused(_("Choose a rating."), code="unknown_value", field="rating")
    with transaction.atomic():
        held = _held(customer)
        _check_may_rate(held, by)
        if held.rating != expected:
            raise Overtaken(_overtaken(held), field="rating")
        if held.rating == rating:
            raise TermsRefused(
                _("The customer has this rating already."), code="unchanged", field="rating"
            )
        write_dated([RatingChange(customer=held, rating=rating, valid_from=on, entered_by=by)])
        held.rating, former = rating, held.rating
        held.save(update_fields=["rating"])
        facts = {"rating": rating, "valid_from": on}
        told = {"before": {"rating": former}, "after": facts, "reason": reason}
        _record(held, by, "rate", told | {"entered_on": on})
    return held


def take_back_rating(*, customer: Customer, by: Person, on: date) -> Customer:
    """Set the rating back to what it was before the last change, on the day of that change.

    Raises ``TermsRefused``: ``too_late`` where it was not changed by hand on ``on``; and
    ``conflict`` where it was changed otherwise since.
    """
    with transaction.atomic():
        held = _held(customer)
        _check_may_rate(held, by)
        before, after = _last_change(held, {"rate", "rate_back"}, on)
        if held.rating != after.get("rating"):
            raise _worked_with()
        former = before.get("rating")
        _set_back(held, RatingChange, {"rating": former}, by, on)
        held.rating = former
        held.save(update_fields=["rating"])
        facts = {"rating": former, "valid_from": on}
        _record(held, by, "rate_back", {"before": {"rating": after.get("rating")}, "after": facts})
    return held


def agree_regular_payment(
    *,
    customer: Customer,
    amount: int,
    day: int,
    agreed_with: str,
    valid_from: date,
    expected: tuple[int | None, int | None],
    by: Person,
    on: date,
) -> Customer:
    """Put on record that the customer pays ``amount`` (minor units) by ``day`` of every month.

    In force from ``valid_from``, at most a month before ``on``; ``expected`` is the amount and day
    that the writer saw. Raises ``TermsRefused``: ``out_of_range``, ``required``, ``unchanged``,
    ``before_former`` (a later agreement is there); ``Overtaken`` where somebody was first.
    """
    _check_terms(amount, day, agreed_with)
    if not on - AGREED_BACK <= valid_from <= on:
        raise TermsRefused(
            _("It counts from a day between %(first)s and today.")
            % {"first": date_format(on - AGREED_BACK)},
            code="out_of_range",
            field="valid_from",
        )
    values = {"day": day, "amount": amount, "agreed_with": agreed_with}
    with transaction.atomic():
        held = _held_regular(customer, expected)
        rows = RegularAgreement.objects.filter(customer=held)
        if rows.filter(valid_from__gt=valid_from).exists():
            raise TermsRefused(
                _("A later agreement is on record already: choose a later day."),
                code="before_former",
                field="valid_from",
            )
        before = _regular_facts(held)
        if before == values:
            raise TermsRefused(_("This is agreed already."), code="unchanged", field="amount")
        write_dated(
            [RegularAgreement(customer=held, valid_from=valid_from, entered_by=by, **values)]
        )
        _keep_present(held, amount, day)
        after = {**values, "valid_from": valid_from}
        told = {"before": before, "after": after, "entered_on": on}
        _record(held, by, "agree_regular", told)
    return held


def end_regular_payment(
    *, customer: Customer, expected: tuple[int | None, int | None], by: Person, on: date
) -> Customer:
    """End the regular payment from ``on``; months before it keep their score.

    Raises ``TermsRefused`` with ``unchanged`` where none is agreed; ``Overtaken`` where somebody
    was first.
    """
    with transaction.atomic():
        held = _held_regular(customer, expected)
        if held.regular_amount is None and held.regular_day is None:
            raise TermsRefused(_("No regular payment is agreed."), code="unchanged")
        before = _regular_facts(held)
        write_dated([RegularAgreement(customer=held, valid_from=on, entered_by=by)])
        _keep_present(held, None, None)
        after = {"amount": None, "day": None, "valid_from": on}
        _record(held, by, "end_regular", {"before": before, "after": after, "entered_on": on})
    return held


def take_back_regular(*, customer: Customer, by: Person, on: date) -> Customer:
    """Take back the last agreement, or its end, on the day it was entered.

    Raises ``TermsRefused``: ``too_late`` where nothing was entered on ``on``; ``conflict`` where it
    was changed otherwise since.
    """
    with transaction.atomic():
        held = _held(customer)
        before, after = _last_change(held, {"agree_regular", "end_regular", "regular_back"}, on)
        now = (held.regular_amount, held.regular_day)
        if now != (after.get("amount"), after.get("day")):
            raise _worked_with()
        amount, day = before.get("amount"), before.get("day")
        values = dict(before) if amount and day else {"amount": None, "day": None}
        _set_back(held, RegularAgreement, values, by, date.fromisoformat(after["valid_from"]))
        _keep_present(held, amount, day)
        _record(held, by, "regular_back", {"before": after, "after": before})
    return held


def _check_terms(amount: int, day: int, agreed_with: str) -> None:
    if not 0 < amount <= LARGEST_AMOUNT:
        raise TermsRefused(
            _("The amount must be greater than 0."), code="out_of_range", field="amount"
        )
    if not 1 <= day <= 31:
        raise TermsRefused(
            _("The day of the month is between 1 and 31."), code="out_of_range", field="day"
        )
    if not agreed_with:
        raise TermsRefused(_("Say with whom it was agreed."), code="required", field="agreed_with")


def _held(customer: Customer) -> Customer:
    return Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


def _held_regular(customer: Customer, expected: tuple[int | None, int | None]) -> Customer:
    held = _held(customer)
    if (held.regular_amount, held.regular_day) != expected:
        raise Overtaken(_("The regular payment was changed meanwhile."), field="amount")
    return held


def _keep_present(customer: Customer, amount: int | None, day: int | None) -> None:
    customer.regular_amount, customer.regular_day = amount, day
    customer.save(update_fields=["regular_amount", "regular_day"])


def _regular_facts(customer: Customer) -> dict[str, Any]:
    """The present agreement: amount and day, and with whom the last dated row says it was made."""
    dated = RegularAgreement.objects.filter(customer=customer).order_by(
        F("valid_from").desc(nulls_last=True)
    )
    return {
        "day": customer.regular_day,
        "amount": customer.regular_amount,
        "agreed_with": dated.values_list("agreed_with", flat=True).first() or "",
    }


def _last_change(
    customer: Customer, verbs: set[str], on: date
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the last change by hand changed and to what; refused on another day than its own."""
    entries = AuditEntry.objects.filter(
        customer_id=customer.pk, subject_kind="customer", verb__in=verbs
    )
    last = entries.order_by("-at", "-pk").first()
    entered_on = last.payload.get("entered_on") if last else None
    if last is None or entered_on != on.isoformat():
        raise TermsRefused(
            _("Only on the day of the change can it be taken back."), code="too_late"
        )
    return last.payload["before"], last.payload["after"]


def _set_back(
    customer: Customer,
    model: type[RatingChange] | type[RegularAgreement],
    values: dict[str, Any],
    by: Person,
    valid_from: date,
) -> None:
    """Let the values count again from the day on: without a row where they did before."""
    rows = model._default_manager.filter(customer=customer)
    earlier = rows.filter(valid_from__lt=valid_from).order_by("-valid_from").first()
    earlier = earlier or rows.filter(valid_from__isnull=True).first()
    is_same = earlier is not None and all(getattr(earlier, n) == v for n, v in values.items())
    if is_same or (earlier is None and not any(values.values())):
        rows.filter(valid_from=valid_from).delete()
    else:
        write_dated([model(customer=customer, valid_from=valid_from, entered_by=by, **values)])


def _worked_with() -> TermsRefused:
    return TermsRefused(
        _("This was changed again since. Change it instead of taking it back."), code="conflict"
    )


def _check_may_rate(customer: Customer, by: Person) -> None:
    """A manager rates their own customers and those of the people below."""
    manages = Customer.objects.managed_by(by).filter(pk=customer.pk).exists()
    if not manages and (by.role != Role.MANAGER or customer.owner_id != by.pk):
        raise TermsRefused(
            _("Only a manager of this customer's rep rates it."), code="not_allowed", field="rating"
        )


def _overtaken(customer: Customer) -> str:
    last = RatingChange.objects.filter(customer=customer).select_related("entered_by")
    row = last.order_by("valid_from", "pk").exclude(entered_by=None).last()
    who = row.entered_by.name if row and row.entered_by else _("Somebody else")
    return _("%(who)s rated this customer meanwhile: it is %(rating)s now.") % {
        "who": who,
        "rating": customer.rating or _("unrated"),
    }


def _record(customer: Customer, by: Person, verb: str, payload: dict[str, Any]) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="customer",
        subject_id=customer.pk,
        customer_id=customer.pk,
        payload=payload,
    )
