"""A form changes what it offers, and nothing else that a model has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from collections_app.followups.models import FollowUp
from collections_app.upkeep.fingerprint import fingerprint, whole
from tests.access.forms import Sent, forms_of_admins, forms_of_managers, forms_of_reps
from tests.access.world import World, make_world
from tests.conftest import Cast
from tests.web.facts import DAY, stand_on

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
# What is set in one go is marked with the token, so that each time has to be the same one.
TOKEN = "11111111-1111-4111-8111-111111111111"
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


def offered_by(client: Client, sent: Sent) -> set[str]:
    """The fields of a form; of one that no page of its own shows, those that are sent."""
    form = client.get(sent.path).context.get("form")
    return set(sent.values if form is None else form.fields)


def outcome_of(client: Client, sent: Sent, extra: dict[str, str]) -> tuple[int, str]:
    """What the data say after the form was sent, and how it was answered."""
    with connection.cursor() as cursor:
        for name in SEQUENCES:
            cursor.execute("SELECT setval(%s, 1000)", [name])
    with transaction.atomic():
        answer = client.post(sent.path, sent.with_files({**extra, **sent.values, "token": TOKEN}))
        # The clock's say, and another one each time.
        FollowUp.objects.filter(on_day=DAY).update(at=NOON)
        found = (answer.status_code, whole(fingerprint()))
        transaction.set_rollback(True)
    return found


def test_fields_that_a_form_does_not_offer_are_passed_over(world: World, cast: Cast) -> None:
    rep, manager, admin = Client(), Client(), Client()
    rep.force_login(cast.east_rep)
    manager.force_login(cast.east_manager)
    admin.force_login(cast.admin)
    every, changed, done = model_fields(cast), [], set()
    forms = [(rep, sent) for sent in forms_of_reps(rep, world, cast)]
    forms += [(manager, sent) for sent in forms_of_managers(world)]
    forms += [(admin, sent) for sent in list(forms_of_admins(admin, world, cast))]
    for client, sent in forms:
        offered = offered_by(client, sent) | OFFERED_BY_ANY
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
        "decision",
        "rating",
        "policy_change",
    } <= done
