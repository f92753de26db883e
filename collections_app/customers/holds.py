"""Leaving a customer in peace for a while: a hold, with its reason, its owner and its end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer, Hold, HoldKind
from collections_app.customers.trail import record_act

MOST_DAYS: Final = 90


class HoldRefused(Refused):
    """A hold cannot be put or lifted like this."""


def hold_in_force(customer: Customer, *, on: date) -> Hold | None:
    """The hold that keeps chasing back on the day, if there is one; who put it is loaded too."""
    holds = Hold.objects.in_force(on).filter(customer=customer).select_related("entered_by")
    return holds.order_by("-ends_on", "-pk").first()


def put_on_hold(
    *,
    customer: Customer,
    kind: str,
    ends_on: date,
    by: Person,
    on: date,
    note: str = "",
) -> Hold:
    """Chase the customer no more from ``on`` until the end of ``ends_on``; it lifts itself then.

    Two at once wait for each other. Raises ``HoldRefused``: ``unknown_value``, ``required`` (what
    is other than the known reasons is said in words), ``ends_before_today``, ``out_of_range`` (more
    than 90 days ahead), ``conflict`` where a hold is in force.
    """
    if kind not in HoldKind.values:
        raise HoldRefused(_("Choose why."), code="unknown_value", field="kind")
    if kind == HoldKind.OTHER and not note:
        raise HoldRefused(_("Say in words why."), code="required", field="note")
    if ends_on < on:
        raise HoldRefused(
            _("A hold ends today or later."), code="ends_before_today", field="ends_on"
        )
    if ends_on > (latest := on + timedelta(days=MOST_DAYS)):
        raise HoldRefused(
            _("A hold ends within 90 days: on %(day)s at the latest.")
            % {"day": date_format(latest)},
            code="out_of_range",
            field="ends_on",
        )
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        # One that ends sooner than another begins again is lifted first.
        if (present := hold_in_force(customer, on=on)) is not None:
            raise HoldRefused(
                _("The customer is on hold until %(day)s already. Lift that hold first.")
                % {"day": date_format(present.ends_on)},
                code="conflict",
            )
        hold = Hold.objects.create(
            customer=customer, kind=kind, note=note, starts_on=on, ends_on=ends_on, entered_by=by
        )
        _record(hold, by, "put")
    return hold


def lift_hold(*, hold: Hold, by: Person, on: date) -> Hold:
    """End a hold: ``on`` is the first day without it.

    Raises ``HoldRefused`` with ``already_ended`` where it was lifted, or has ended by itself.
    """
    with transaction.atomic():
        Customer.objects.select_for_update(no_key=True).get(pk=hold.customer_id)
        held = Hold.objects.in_force(on).filter(pk=hold.pk).first()
        if held is None:
            raise HoldRefused(_("This hold has ended already."), code="already_ended")
        held.lifted_on = on
        held.save(update_fields=["lifted_on"])
        _record(held, by, "lift")
    return held


def _record(hold: Hold, by: Person, verb: str) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="hold",
        subject_id=hold.public_id,
        customer_id=hold.customer_id,
        payload={
            "kind": hold.kind,
            "note": hold.note,
            "starts_on": hold.starts_on,
            "ends_on": hold.ends_on,
            "lifted_on": hold.lifted_on,
        },
    )
