"""A form changes what it offers, and nothing else that a model has."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from collections_app.followups.models import FollowUp
from collections_app.upkeep.fingerprint import fingerprint, whole
from tests.access.test_bad_inputs import Sent, forms_of, forms_shown
from tests.access.world import World, make_world
from tests.conftest import Cast
from tests.web.facts import DAY, stand_on

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEQUENCES = ("commitments_reference_seq", "ledger_reference_seq")
# Looking before saving is offered by every form.
OFFERED_BY_ANY = {"csrfmiddlewaretoken", "token", "preview", "preset"}


@pytest.fixture
def world(cast: Cast) -> World:
    world = make_world(cast)
    stand_on()
    return world


def model_fields(cast: Cast) -> dict[str, str]:
    """Every field of every model of ours, as somebody would send it who hopes that it is set."""
    hoped = {"role": "admin", "is_active": "", "is_superuser": "true", "state": "sent"}
    found = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("collections_app"):
            continue
        for model in config.get_models():
            for field in model._meta.concrete_fields:
                for name in {field.name, field.attname}:
                    found[name] = hoped.get(field.name, str(cast.west_rep.pk))
    return found


def outcome_of(client: Client, sent: Sent, extra: dict[str, str]) -> tuple[int, str]:
    """What the data say after the form was sent, and how it was answered."""
    with connection.cursor() as cursor:
        for name in SEQUENCES:
            cursor.execute("SELECT setval(%s, 1000)", [name])
    with transaction.atomic():
        answer = client.post(sent.path, {**extra, **sent.values, "token": str(uuid4())})
        # The clock's say, and another one each time.
        FollowUp.objects.filter(on_day=DAY).update(at=NOON)
        found = (answer.status_code, whole(fingerprint()))
        transaction.set_rollback(True)
    return found


def test_fields_that_a_form_does_not_offer_are_passed_over(world: World, cast: Cast) -> None:
    rep, admin = Client(), Client()
    rep.force_login(cast.east_rep)
    admin.force_login(cast.admin)
    every, changed, done = model_fields(cast), [], set()
    owner = str(cast.east_rep.public_id)
    forms = [(rep, sent) for sent in forms_of(world, owner)]
    forms += [(admin, sent) for sent in list(forms_shown(admin, world))]
    for client, sent in forms:
        offered = client.get(sent.path).context["form"].fields.keys() | OFFERED_BY_ANY
        extra = {n: v for n, v in every.items() if n not in sent.values.keys() | offered}
        plain, more = outcome_of(client, sent, {}), outcome_of(client, sent, extra)
        if plain != more:
            changed.append((sent.name, plain[0], more[0]))
        if plain[0] == 302:
            done.add(sent.name)
    assert changed == []
    assert {
        "follow-up",
        "hold",
        "target",
        "promise",
        "payment",
        "contact",
        "measure",
        "profile",
    } <= done
