"""Signed-in devices of a person, ended one and all."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from collections_app.accounts.models import Person
from collections_app.core.clock import now


def end_sessions(person: Person) -> int:
    """Sign the person out everywhere; return of how many devices.

    Disabling alone shuts the door only while it lasts: a session that nobody used meanwhile would
    come back to life with the person. Reads every session that still runs, which is seldom needed.
    """
    running = Session.objects.filter(expire_date__gt=now())
    own = [
        session.session_key
        for session in running.iterator(chunk_size=1000)
        if session.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    return Session.objects.filter(pk__in=own).delete()[0] if own else 0
