"""What is being done about customers as of a day: the next promise, measure and contact."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from collections_app.core.together import fetch_together
from collections_app.standing.figures import allocated_parameters
from collections_app.standing.figures_sql import ALLOCATED

DOING: Final = f"""
WITH {ALLOCATED}
SELECT c.id AS customer_id, p.due_on AS promise_on, p.amount AS promise, m.kind AS measure,
    m.expected_uplift AS uplift, m.due_on AS measure_on, m.number AS measures,
    f.on_day AS followed_on, f.outcome, f.next_on, a.asked_on, k.made_on AS promised_on,
    h.ends_on AS held_until
FROM unnest(%(few)s::bigint[]) c(id)
LEFT JOIN LATERAL (
    SELECT i.due_on, i.amount - COALESCE(s.amount, 0) AS amount
    FROM commitments_instalment i JOIN commitments_commitment k ON k.id = i.commitment_id
    LEFT JOIN LATERAL (SELECT sum(a.amount)::bigint AS amount FROM allocated a
        WHERE a.instalment_id = i.id) s ON true
    WHERE i.customer_id = c.id AND i.deadline_on >= %(as_of)s AND k.made_on <= %(as_of)s
        AND (k.ended_on IS NULL OR k.ended_on > %(as_of)s)
        AND COALESCE(s.amount, 0) < i.amount - i.tolerance
    ORDER BY i.due_on, i.id LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT m.kind, now.expected_uplift, m.due_on, count(*) OVER () AS number
    FROM planning_monthplan n JOIN planning_measure m ON m.plan_id = n.id
    JOIN LATERAL (
        SELECT g.status, g.expected_uplift FROM planning_measurechange g
        WHERE g.measure_id = m.id AND g.counts_from <= %(as_of)s
        ORDER BY g.counts_from DESC, g.id DESC LIMIT 1) now ON true
    WHERE n.customer_id = c.id AND n.month = %(month)s
        AND now.status IN ('planned', 'in_progress')
    ORDER BY m.due_on NULLS LAST, m.id LIMIT 1) m ON true
LEFT JOIN LATERAL (
    SELECT f.on_day, f.outcome, f.next_on FROM followups_followup f
    WHERE f.customer_id = c.id AND f.on_day <= %(as_of)s
    ORDER BY f.on_day DESC, f.at DESC, f.id DESC LIMIT 1) f ON true
LEFT JOIN LATERAL (
    SELECT max(n.asked_on) AS asked_on FROM planning_monthplan n
    WHERE n.customer_id = c.id AND n.asked_on <= %(as_of)s) a ON true
LEFT JOIN LATERAL (
    SELECT max(k.made_on) AS made_on FROM commitments_commitment k
    WHERE k.customer_id = c.id AND k.made_on <= %(as_of)s) k ON true
LEFT JOIN LATERAL (
    SELECT max(h.ends_on) AS ends_on FROM customers_hold h
    WHERE h.customer_id = c.id AND h.starts_on <= %(as_of)s AND h.ends_on >= %(as_of)s
        AND (h.lifted_on IS NULL OR h.lifted_on > %(as_of)s)) h ON true
"""


@dataclass(frozen=True, slots=True)
class Doing:
    """What stands against one customer's gap; amounts in minor units, None for nothing.

    The promise is the one that falls due next of those not yet lapsed, with what is still owed of
    it; ``measures`` counts those planned or in progress, of which the first due is told.
    """

    promise_on: date | None
    promise: int | None
    measure: str | None
    uplift: int | None
    measure_on: date | None
    measures: int | None
    followed_on: date | None
    outcome: str | None
    next_on: date | None
    asked_on: date | None
    promised_on: date | None
    held_until: date | None

    @property
    def last_contact(self) -> date | None:
        """The last follow-up, asking or promise: all three are contacts."""
        days = (self.followed_on, self.asked_on, self.promised_on)
        return max((day for day in days if day is not None), default=None)

    @property
    def last_outcome(self) -> str:
        """What came of the last contact, as a code."""
        last = self.last_contact
        if last is None:
            return ""
        if last == self.followed_on:
            return self.outcome or ""
        return "promised" if last == self.promised_on else "asked"

    @property
    def is_nothing(self) -> bool:
        """Whether nobody has anything planned about it."""
        known = (self.promise_on, self.measure, self.next_on, self.held_until)
        return all(each is None for each in known)


def doing_about(customer_ids: Collection[int], *, month: date, on: date) -> dict[int, Doing]:
    """What is being done about each of a few customers, in one statement, as of ``on``."""
    if not customer_ids:
        return {}
    values: dict[str, Any] = allocated_parameters(customer_ids, on=on)
    values |= {"few": sorted(customer_ids), "month": month}
    return doing_from(fetch_together({"doing": DOING}, values)["doing"])


def doing_from(rows: Iterable[dict[str, Any]]) -> dict[int, Doing]:
    """What ``DOING`` tells, as it is fetched together with others; ``few`` are the customers."""
    return {row.pop("customer_id"): Doing(**(row | _days(row))) for row in rows}


def _days(row: dict[str, Any]) -> dict[str, date]:
    names = [name for name in row if name.endswith(("_on", "_until")) and row[name]]
    return {name: date.fromisoformat(row[name]) for name in names}
