"""What is watched: the outbox, the sweep, the parts and the queue."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q, Sum
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from collections_app.core.clock import now
from collections_app.jobs.models import Heartbeat, JobOutcome, JobRun
from collections_app.jobs.queries import queue_length
from collections_app.outbox.models import Message
from collections_app.outbox.queries import counts_by_state
from collections_app.outbox.watch import SWEEP, ages


class Figures(Collector):
    """Asks the database and the broker; ages are in seconds, and not told where there is none."""

    def collect(self) -> Iterator[Metric]:
        """Six statements and one question to the broker."""
        yield _by(
            "kept_outbox_messages", "Messages of the outbox by state.", "state", counts_by_state()
        )
        late = ages()
        yield _one(
            "kept_outbox_oldest_due_age_seconds",
            "For how long the oldest message that should have left waits; 0 where none does.",
            late.oldest_due or 0.0,
        )
        yield _one("kept_sweep_age_seconds", "Since the last sweep was done.", late.sweep)
        yield _one("kept_sweep_duration_seconds", "How long the last sweep took.", _last_sweep())
        yield from _deliveries()
        moment = now()
        beats = {
            name: (moment - at).total_seconds()
            for name, at in Heartbeat.objects.values_list("name", "at")
        }
        yield _by("kept_heartbeat_age_seconds", "Since a part showed itself.", "part", beats)
        yield _one("kept_queue_length", "Wake-ups that wait for a worker.", queue_length())


def _one(name: str, told: str, value: float | None) -> Metric:
    metric = GaugeMetricFamily(name, told)
    if value is not None:
        metric.add_metric([], value)
    return metric


def _by(name: str, told: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    metric = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        metric.add_metric([key], value)
    return metric


def _last_sweep() -> float | None:
    done = JobRun.objects.filter(name=SWEEP, outcome=JobOutcome.DONE, finished_at__isnull=False)
    last = done.order_by("-started_at").values_list("started_at", "finished_at").first()
    return (last[1] - last[0]).total_seconds() if last and last[1] else None


def _deliveries() -> Iterator[Metric]:
    counted = Message.objects.aggregate(
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        tries=Sum("attempts"),
        in_doubt=Sum("in_doubt"),
    )
    for key, told in (
        ("sent", "Messages that left."),
        ("tries", "Tries to send a message."),
        ("in_doubt", "Tries after which the server may have taken it though we were not told."),
    ):
        yield CounterMetricFamily(f"kept_messages_{key}", told, value=counted[key] or 0)
