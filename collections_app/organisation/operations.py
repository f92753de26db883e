"""Changing how the organisation works: its settings, its policies and its calendar; on record.

Each of them holds the organisation's row, so that two changes wait for each other and for whoever
is deriving states meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Language, Person, Team
from collections_app.accounts.operations import record
from collections_app.accounts.overtaking import refuse_overtaken
from collections_app.core.money import KNOWN_CURRENCIES
from collections_app.core.refusals import Refused
from collections_app.organisation.models import (
    Organisation,
    Rating,
    RatingPolicy,
    ReminderMode,
)
from collections_app.organisation.queries import held_organisation, policies_on, today

FACTS: Final = (
    "name",
    "language",
    "time_zone",
    "currency",
    "country",
    "lock_working_day",
    "send_from_hour",
    "quiet_days",
    "business_from_hour",
    "business_until_hour",
    "reminder_mode",
)
POLICY_FACTS: Final = (
    "grace_days",
    "tolerance_permille",
    "tolerance_cap",
    "reminder_days",
    "chase_every_days",
    "escalate_after_days",
)
MOST_DAYS: Final = 365
MOST_REMINDERS: Final = 6
MOST_QUIET_DAYS: Final = 30
HOURS_OF_DAY: Final = 24


class SettingRefused(Refused):
    """The organisation cannot work like this."""


def change_settings(
    *, actor: Person | None, seen: Mapping[str, str] | None = None, **changes: Any
) -> Organisation:
    """Set ``name``, ``language``, ``time_zone``, ``currency``, ``country``, ``lock_working_day``,
    ``send_from_hour``, ``quiet_days``, ``business_from_hour``, ``business_until_hour``,
    ``reminder_mode``.

    Raises ``SettingRefused`` for what is not known, with the field; ``Overtaken`` where what
    changes is no longer as ``seen`` (the marks of ``settings_facts``). Whether zone and currency
    may still change, and what a country moves, is for ``actions`` to know.
    """
    if unknown := set(changes) - set(FACTS):
        raise TypeError(f"not the organisation's: {sorted(unknown)}")
    with transaction.atomic():
        held = held_organisation()
        before = settings_facts(held)
        for name, value in changes.items():
            setattr(held, name, value)
        after = settings_facts(held)
        changed = [name for name in FACTS if after[name] != before[name]]
        if not changed:
            return held
        refuse_overtaken(seen, before, changed, subject_kind="organisation", subject_id=held.pk)
        _check_settings(held)
        held.save(update_fields=changed)
        record(
            actor=actor,
            verb="change",
            subject_kind="organisation",
            subject_id=held.pk,
            payload={
                "before": {name: before[name] for name in changed},
                "after": {name: after[name] for name in changed},
            },
        )
    return held


def set_policy(
    *,
    rating: str,
    valid_from: date,
    team: Team | None = None,
    actor: Person | None,
    seen: Mapping[str, str] | None = None,
    **facts: Any,
) -> RatingPolicy:
    """Let customers of ``rating`` be followed otherwise, from a day on (rule 8).

    ``team`` is the one whose people own those customers, and what is below it; None is everybody.
    ``facts`` are all of ``POLICY_FACTS``. A new dated row, or that of the same day changed; what
    was promised before keeps the grace and tolerance it was saved with. Raises ``SettingRefused``:
    ``out_of_range``, ``in_the_past`` for a day before today, ``unchanged``; ``Overtaken`` where
    the policies of the rating are no longer as ``seen`` (the marks of ``policies_shown``).
    """
    if set(facts) != set(POLICY_FACTS) or rating not in Rating.values:
        raise TypeError("a policy needs a known rating and every fact")
    facts["reminder_days"] = sorted(set(facts["reminder_days"]), reverse=True)
    _check_policy(facts)
    with transaction.atomic():
        held_organisation()
        if valid_from < today():
            raise SettingRefused(
                _("A policy counts from today or later: past days were judged by another one."),
                code="in_the_past",
                field="valid_from",
            )
        before = policy_facts(policies_on(valid_from).of(rating, team.pk if team else None))
        if before == facts:
            raise SettingRefused(_("Nothing differs from the policy in force."), code="unchanged")
        shown = policies_shown(rating, team)
        refuse_overtaken(seen, shown, shown, subject_kind="rating_policy", subject_id=rating)
        about = {"valid_from": valid_from, "team": team.name if team else None}
        stored = {**facts, "is_given_up": False}
        policy, _is_new = RatingPolicy.objects.update_or_create(
            rating=rating, team=team, valid_from=valid_from, defaults=stored
        )
        record(
            actor=actor,
            verb="change",
            subject_kind="rating_policy",
            subject_id=rating,
            payload={**about, "before": before, "after": facts},
        )
    return policy


def give_up_policy(
    *, rating: str, team: Team, actor: Person | None, seen: Mapping[str, str] | None = None
) -> RatingPolicy:
    """From today on let a team have no policy of its own for the rating, nor one to come.

    Its customers are followed as those of the nearest team above that has one, else as everybody's.
    Raises ``SettingRefused`` (``unchanged``) where there is none, and ``Overtaken`` where the
    policies of the rating are no longer as ``seen``.
    """
    with transaction.atomic():
        held_organisation()
        day = today()
        shown = policies_shown(rating, team)
        refuse_overtaken(seen, shown, shown, subject_kind="rating_policy", subject_id=rating)
        before = own_policy(rating, team)
        dropped = _drop_to_come(rating, team, day)
        if before is None and not dropped:
            raise SettingRefused(
                _("%(name)s has no policy of its own for this rating.") % {"name": team.name},
                code="unchanged",
            )
        facts = policy_facts(before or policies_on(day).of(rating, team.pk))
        given_up, _is_new = RatingPolicy.objects.update_or_create(
            rating=rating, team=team, valid_from=day, defaults={**facts, "is_given_up": True}
        )
        instead = policies_on(day).of(rating, team.pk)
        payload = {
            "valid_from": day,
            "team": team.name,
            "before": facts if before else None,
            "after": policy_facts(instead),
            "dropped": dropped,
        }
        record(
            actor=actor, verb="give_up", subject_kind="rating_policy", subject_id=rating,
            payload=payload,
        )  # fmt: skip
    return given_up


def _drop_to_come(rating: str, team: Team, day: date) -> list[date]:
    """Delete what a team has set for later days; those on which the team would follow otherwise."""
    to_come = RatingPolicy.objects.filter(rating=rating, team=team, valid_from__gt=day)
    days = list(to_come.filter(is_given_up=False).order_by("valid_from"))
    to_come.delete()
    return [policy.valid_from for policy in days if policy.valid_from]


def own_policy(rating: str, team: Team) -> RatingPolicy | None:
    """What the team itself has in force today for the rating; None where it follows others."""
    found = policies_on(today()).of(rating, team.pk)
    return found if found.team_id == team.pk else None


def settings_facts(organisation: Organisation) -> dict[str, Any]:
    """What forms mark as seen of the organisation, and what the audit trail keeps."""
    return {name: getattr(organisation, name) for name in FACTS}


def policy_facts(policy: RatingPolicy) -> dict[str, Any]:
    """What a policy says, beside for whom and since when."""
    return {name: getattr(policy, name) for name in POLICY_FACTS}


def policies_shown(rating: str, team: Team | None) -> dict[str, Any]:
    """What a form marks as seen: the policy of today, and every dated one of the rating."""
    dated = RatingPolicy.objects.filter(rating=rating, team=team).order_by("valid_from")
    history = [
        (policy.valid_from, None if policy.is_given_up else policy_facts(policy))
        for policy in dated
    ]
    return {
        **policy_facts(policies_on(today()).of(rating, team.pk if team else None)),
        "history": history,
    }


def _check_settings(held: Organisation) -> None:
    wrong = {
        "name": not held.name.strip(),
        "language": held.language not in Language.values,
        "time_zone": held.time_zone not in available_timezones(),
        "currency": held.currency not in KNOWN_CURRENCIES,
        "lock_working_day": not 1 <= held.lock_working_day <= 15,
        "send_from_hour": not 0 <= held.send_from_hour <= 23,
        "quiet_days": not 0 <= held.quiet_days <= MOST_QUIET_DAYS,
        "business_until_hour": not 0
        <= held.business_from_hour
        < held.business_until_hour
        <= HOURS_OF_DAY,
        "reminder_mode": held.reminder_mode not in ReminderMode.values,
    }
    for field, is_wrong in wrong.items():
        if is_wrong:
            raise SettingRefused(
                _("This value is not known here."), code="unknown_value", field=field
            )


def _check_policy(facts: Mapping[str, Any]) -> None:
    bounds: dict[str, tuple[int, int]] = {
        "grace_days": (0, 60),
        "tolerance_permille": (0, 1000),
        "tolerance_cap": (0, 10**9),
        "chase_every_days": (1, MOST_DAYS),
        "escalate_after_days": (0, MOST_DAYS),
    }
    for field, (lowest, highest) in bounds.items():
        value = facts[field]
        if value is None and field == "tolerance_cap":
            continue
        if not lowest <= value <= highest:
            raise _out_of_range(field, lowest, highest)
    days: Sequence[int] = facts["reminder_days"]
    if len(days) > MOST_REMINDERS or any(not 1 <= day <= MOST_DAYS for day in days):
        raise SettingRefused(
            _("At most %(count)s reminders, each 1 to %(days)s days before the due date.")
            % {"count": MOST_REMINDERS, "days": MOST_DAYS},
            code="out_of_range",
            field="reminder_days",
        )


def _out_of_range(field: str, lowest: int, highest: int) -> SettingRefused:
    return SettingRefused(
        _("From %(lowest)s to %(highest)s.") % {"lowest": lowest, "highest": highest},
        code="out_of_range",
        field=field,
    )
