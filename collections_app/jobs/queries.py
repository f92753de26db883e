"""Which services answer, and which parts showed themselves lately."""

from __future__ import annotations

from datetime import datetime, timedelta

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from collections_app.jobs.models import Heartbeat

PING_SECONDS = 2


def database_answers() -> bool:
    """Whether the database answers a query at this instant."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """Whether the broker answers a ping within two seconds."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PING_SECONDS, socket_connect_timeout=PING_SECONDS
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, ValueError, OSError):
        return False


def queue_length() -> int | None:
    """How many wake-ups wait for a worker; None where the broker does not answer."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PING_SECONDS, socket_connect_timeout=PING_SECONDS
        ) as client:
            return int(client.llen(current_app.conf.task_default_queue))
    except (redis.RedisError, ValueError, OSError):
        return None


def heartbeat_is_fresh(name: str, *, within_seconds: int) -> bool:
    """Whether ``name`` beat within the last seconds, by the database's clock.

    False also when the database does not answer or has no schema yet.
    """
    oldest = Now() - timedelta(seconds=within_seconds)
    try:
        return Heartbeat.objects.filter(name=name, at__gte=oldest).exists()
    except DatabaseError:
        return False


def last_heartbeat(name: str) -> datetime | None:
    """The instant at which ``name`` last beat; None if it never did."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
