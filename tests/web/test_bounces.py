"""What a mail service tells of what did not arrive, at a door that asks for name and password."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from collections_app.core.clock import now
from collections_app.outbox.models import Message
from collections_app.web.views.bounces import SERVICES

pytestmark = pytest.mark.django_db
SECRET = "kept:only-for-tests"
TO = "anna@kept.test"


@pytest.fixture(autouse=True)
def _secret(settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}


@pytest.fixture
def sent() -> Message:
    """A message that left an hour ago."""
    return Message.objects.create(
        key="k", message_id="<1@kept.test>", kind="lapsed", to_address=TO, language="en",
        state="sent", sent_at=now() - timedelta(hours=1), subject="Late", body_text="Late.",
    )  # fmt: skip


def tell(service: str, body: Any, *, secret: str = SECRET) -> int:
    """What the door answers to a service that tells this."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    answer = Client(enforce_csrf_checks=True).post(
        f"/bounces/{service}/",
        data,
        content_type="application/json",
        headers=headers if secret else {},
    )
    return answer.status_code


def bounced(service: str) -> Any:
    """How each service tells that the mail of the tests bounced for good."""
    at = int(now().timestamp())
    return {
        "brevo": {
            "event": "hard_bounce", "email": TO, "message-id": "<1@kept.test>", "ts_event": at,
            "ts_epoch": at * 1000, "reason": "550 no such user",
        },
        "mailjet": {
            "event": "bounce", "email": TO, "MessageID": 7, "time": at, "hard_bounce": True,
            "error": "user unknown", "smtp_reply": "550 no such user",
        },
        "postmark": {
            "RecordType": "Bounce", "Type": "HardBounce", "Email": TO, "MessageID": "7-7",
            "Details": "550 no such user", "BouncedAt": now().isoformat(), "ID": 7,
        },
        "sparkpost": [
            {
                "msys": {
                    "message_event": {
                        "type": "bounce", "raw_rcpt_to": TO, "timestamp": str(at),
                        "bounce_class": "10",
                        "raw_reason": "550 no such user", "transmission_id": "7", "event_id": "7",
                    }
                }
            }
        ],
    }[service]  # fmt: skip


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_what_bounced_for_good_is_dead_and_says_why(service: str, sent: Message) -> None:
    assert tell(service, bounced(service)) == 200
    sent.refresh_from_db()
    assert (sent.state, sent.reason) == ("dead", "bounced")
    assert "550 no such user" in sent.last_error


def test_the_message_is_found_by_its_name_before_the_newest_of_the_recipient(
    sent: Message,
) -> None:
    Message.objects.create(
        key="l", message_id="<2@kept.test>", kind="lapsed", to_address=TO, language="en",
        state="sent", sent_at=now(),
    )  # fmt: skip
    tell("brevo", bounced("brevo"))
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["dead", "sent"]


def test_what_is_late_is_noted(sent: Message) -> None:
    late = {**bounced("postmark"), "Type": "Transient", "Details": "451 try later"}
    assert tell("postmark", late) == 200
    sent.refresh_from_db()
    assert (sent.state, "451 try later" in sent.note) == ("sent", True)


@pytest.mark.parametrize("kind", ["Open", "Delivery", "SpamComplaint", "Nonsense"])
def test_what_else_a_service_tells_changes_nothing(sent: Message, kind: str) -> None:
    tell("postmark", {**bounced("postmark"), "RecordType": kind, "Type": "x"})
    sent.refresh_from_db()
    assert sent.state == "sent"


@pytest.mark.parametrize("secret", ["", "kept:other", "other"])
def test_who_does_not_know_the_secret_is_refused(sent: Message, secret: str) -> None:
    assert tell("postmark", bounced("postmark"), secret=secret) == 403
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_without_a_secret_there_is_no_such_door(sent: Message, settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": []}
    assert tell("postmark", bounced("postmark"), secret="") == 404
    assert tell("postmark", bounced("postmark"), secret=":") == 404


def test_a_service_that_is_not_known_has_no_door() -> None:
    assert tell("nobody", {}) == 404
    assert Client().get("/bounces/postmark/").status_code == 405
    assert Client().head("/bounces/postmark/").status_code == 200


@pytest.mark.parametrize("service", sorted(SERVICES))
@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b"null", b"7", b'"x"', b"[]", b"{}", b"[null]", b"[[]]",
        b'[{"a":1}]',
        b"[" * 100_000, b'{"msys":7}', b'[{"msys":{"a":1,"b":2}}]', b'{"RecordType":"Inbound"}',
        b'{"event":"bounce","email":["x"],"time":1e400,"timestamp":1e400,"ts_epoch":"x"}',
        b'[{"event":"bounce","email":7,"time":99999999999999999,"timestamp":99999999999999999}]',
        b'{"RecordType":"Bounce","Email":"a\\u0000b","MessageID":7,"Details":{"a":1}}',
    ],
)  # fmt: skip
def test_nothing_that_is_told_breaks_it(sent: Message, service: str, body: bytes) -> None:
    assert tell(service, body) in (200, 400)
    sent.refresh_from_db()
    assert sent.state == "sent"
