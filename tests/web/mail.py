"""Mail for the tests of pages."""

from __future__ import annotations

from itertools import count
from typing import Any

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice, NoticeKind
from collections_app.outbox.models import Message
from tests.web.facts import day, make_commitment

_numbers = count(1)


def make_message(*customers: Customer, to: Person, **more: Any) -> Message:
    """Mail that was sent and carries a notice of a lapse of each customer."""
    number = next(_numbers)
    facts = {
        "kind": "lapsed", "person": to, "to_address": to.email, "language": "en", "state": "sent",
        "sent_at": now(), "subject": f"Subject {number}", "body_text": f"Words {number}",
        "body_html": f'<p style="color: red">Words {number}</p>',
    }  # fmt: skip
    message = Message.objects.create(
        key=f"key-{number}", message_id=f"<{number}@kept.test>", **(facts | more)
    )
    for customer in customers:
        instalment = make_commitment(customer, (day(10), 300)).instalments.get()
        Notice.objects.create(
            kind=NoticeKind.LAPSED, person=to, key=f"instalment/{instalment.pk}",
            customer=customer, instalment=instalment, message=message,
        )  # fmt: skip
    return message
