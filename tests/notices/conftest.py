"""A mail server, and lapsed promises of a cast of people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from collections_app.accounts.models import Person
from collections_app.commitments.models import Instalment
from collections_app.core.clock import now
from collections_app.notices.models import NoticeKind
from collections_app.notices.operations import Owed, owe, put_into_messages
from collections_app.outbox.models import Message
from tests.conftest import Cast
from tests.smtp_sink import SmtpSink
from tests.web.facts import day, make_commitment, make_customer, stand_on


@pytest.fixture
def smtp_sink(settings: Settings) -> Iterator[SmtpSink]:
    """A running mail server that the outbox is set to."""
    sink = SmtpSink()
    sink.start()
    settings.KEPT_EMAIL = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": sink.port}
    yield sink
    sink.stop()


@pytest.fixture
def lapsed(cast: Cast) -> Instalment:
    """10,000.00 promised to Anna by the 10th, nothing received; it is the 23rd."""
    return make_lapsed(cast.east_rep)


def make_lapsed(owner: Person, *, code: str = "E-1") -> Instalment:
    """A lapsed promise of a customer of the owner."""
    customer = make_customer(owner, name="东方商贸", code=code)
    commitment = make_commitment(
        customer, (day(10), 10_000), reference="P-EAST" if code == "E-1" else f"P-{code}"
    )
    stand_on()
    return commitment.instalments.get()


def owed_for(instalment: Instalment, person: Person | None = None) -> Owed:
    """What a sweep owes about a lapsed instalment: to the customer's owner unless told."""
    return Owed(
        person_id=(person or instalment.customer.owner).pk,
        key=f"instalment/{instalment.pk}",
        customer_id=instalment.customer_id,
        instalment_id=instalment.pk,
    )


def owe_lapsed(*instalments: Instalment) -> list[Message]:
    """Owe the lapses and put what is new into messages, due now."""
    fresh = owe(NoticeKind.LAPSED, [owed_for(instalment) for instalment in instalments])
    return put_into_messages(fresh, due_at=now())
