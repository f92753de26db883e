"""When the mail of a day leaves for each person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from collections_app.accounts.models import Person
from collections_app.core.clock import today_in
from collections_app.customers.models import Contact
from collections_app.organisation.queries import organisation, work_calendar
from collections_app.reminders.policy import morning_of


def day_by_the_clock(on: date) -> date:
    """The day from which hours of sending count: they go by the clock, even for a day swept ahead
    of it.
    """
    return min(on, today_in(organisation().time_zone))


def morning_mail(on: date) -> Callable[[Person | Contact], datetime]:
    """For a recipient, the instant at which mail about the day leaves: that morning, or the next
    working one, at the person's own hour and zone, else at the organisation's.
    """
    held, calendar = organisation(), work_calendar()
    day = day_by_the_clock(on)

    def leaves_at(recipient: Person | Contact) -> datetime:
        hour, zone = held.send_from_hour, held.time_zone
        if isinstance(recipient, Person):
            hour = hour if recipient.mail_hour is None else recipient.mail_hour
            zone = recipient.time_zone or zone
        return morning_of(day, hour=hour, zone=zone, calendar=calendar)

    return leaves_at
