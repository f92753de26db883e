"""Commitments by reference, a row per instalment; what supersedes what; cancellations."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db.models.functions import Now

from collections_app.commitments.making import Promised, deadline_of, make_commitments
from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.customers.models import Customer
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow

SHARED = ("customer_code", "made_on", "promised_by", "channel", "supersedes", "cancelled_on")

__all__ = ["deadline_of", "import_commitments"]


def import_commitments(batch: Batch) -> None:
    """Take in commitments whole: one bad instalment drops its commitment."""
    meant = {row.number: customer for row, customer in batch.customers()}
    groups: dict[str, list[ParsedRow]] = defaultdict(list)
    for row in batch.rows:
        if row.has("reference"):
            groups[row.get("reference")].append(row)
    _Commitments(batch, meant, groups).save()


class _Commitments:
    """One file's commitments against what is stored."""

    def __init__(
        self, batch: Batch, meant: dict[int, Customer], groups: dict[str, list[ParsedRow]]
    ) -> None:
        self.batch = batch
        self.meant = meant
        self.groups = groups
        named = {
            r.get("supersedes") for rows in groups.values() for r in rows if r.has("supersedes")
        }
        wanted = set(groups) | named
        self.known = {
            c.reference: c
            for c in Commitment.objects.filter(reference__in=wanted).select_related("customer")
        }
        self.amounts: dict[int, int] = {}

    def save(self) -> None:
        for rows in self.groups.values():
            self._check_rows(rows)
        self._settle_groups()
        new = {
            reference: rows
            for reference, rows in self.groups.items()
            if reference not in self.known and not rows[0].rejected
        }
        self._check_chains(new)
        new = {reference: rows for reference, rows in new.items() if not rows[0].rejected}
        self._create(new)
        for reference, rows in self.groups.items():
            if reference in self.known and not rows[0].rejected and not rows[0].outcome:
                self._compare(self.known[reference], rows)
        self._settle_groups()

    def _settle_groups(self) -> None:
        for rows in self.groups.values():
            if any(row.rejected for row in rows):
                self.batch.drop_group(rows)

    def _check_rows(self, rows: list[ParsedRow]) -> None:
        batch, first, positions = self.batch, rows[0], set()
        for row in rows:
            if row.rejected:
                continue
            amount = batch.amount(row, "amount", self.meant[row.number])
            if amount is not None:
                self.amounts[row.number] = amount
                if amount <= 0:
                    batch.reject(row, "amount", "out_of_range")
            if row.get("due_on") < row.get("made_on"):
                batch.reject(row, "due_on", "due_before_made")
            if row.get("cancelled_on", date.max) < row.get("made_on"):
                batch.reject(row, "cancelled_on", "ended_before_made")
            for column in SHARED:
                if row.get(column) != first.get(column) and not first.rejected:
                    batch.reject(row, column, "duplicate_in_file")
            if row.has("position"):
                if row.get("position") in positions:
                    batch.reject(row, "position", "duplicate_in_file")
                positions.add(row.get("position"))
        if positions and any(not row.has("position") for row in rows):
            for row in [r for r in rows if not r.has("position") and not r.rejected]:
                batch.reject(row, "position", "required")

    def _check_chains(self, new: dict[str, list[ParsedRow]]) -> None:
        """What is superseded must exist, be the customer's, and not have been ended by another."""
        ended_by: dict[str, str] = {}
        for reference, rows in sorted(new.items(), key=lambda item: item[1][0].number):
            row, named = rows[0], rows[0].get("supersedes")
            if named is None:
                continue
            former = self.known.get(named)
            customer = self.meant[row.number]
            inside = new.get(named)
            if (
                (former is None and (inside is None or inside[0].rejected))
                or self._customer_of(former, inside) != customer.pk
                or self._circular(named, new)
            ):
                self.batch.reject(row, "supersedes", "unknown_commitment")
            elif self._ended(former, inside, named, ended_by):
                self.batch.reject(row, "supersedes", "already_ended")
            elif self._made_on(former, inside) > row.get("made_on"):
                self.batch.reject(row, "made_on", "ended_before_made")
            else:
                ended_by[named] = reference
        for rows in new.values():
            if any(row.rejected for row in rows):
                self.batch.drop_group(rows)
        self._drop_orphans(new)

    def _drop_orphans(self, new: dict[str, list[ParsedRow]]) -> None:
        """One that supersedes a refused one has nothing to supersede: until none is left."""
        again = True
        while again:
            again = False
            for rows in new.values():
                former = new.get(rows[0].get("supersedes", ""))
                if former is not None and former[0].rejected and not rows[0].rejected:
                    self.batch.reject(rows[0], "supersedes", "unknown_commitment")
                    self.batch.drop_group(rows)
                    again = True

    def _customer_of(self, former: Commitment | None, inside: list[ParsedRow] | None) -> int | None:
        if former is not None:
            return former.customer_id
        return self.meant[inside[0].number].pk if inside else None

    def _made_on(self, former: Commitment | None, inside: list[ParsedRow] | None) -> date:
        if former is not None:
            return former.made_on
        made: date = inside[0].get("made_on") if inside else date.min
        return made

    def _circular(self, named: str, new: dict[str, list[ParsedRow]]) -> bool:
        seen: set[str] = set()
        current: str | None = named
        while current is not None and current in new:
            if current in seen:
                return True
            seen.add(current)
            current = new[current][0].get("supersedes")
        return False

    def _ended(
        self,
        former: Commitment | None,
        inside: list[ParsedRow] | None,
        named: str,
        ended_by: dict[str, str],
    ) -> bool:
        """Ended already by another; one that was cancelled only joins the chain."""
        if named in ended_by:
            return True
        if former is not None:
            return former.ending == Ending.SUPERSEDED
        del inside
        return False

    def _create(self, new: dict[str, list[ParsedRow]]) -> None:
        promised = [self._promised(reference, rows) for reference, rows in new.items()]
        made = make_commitments(promised, by=self.batch.by, record=self.batch.record)
        by_reference = self.known | {c.reference: c for c in made}
        ended: list[Commitment] = []
        for commitment in made:
            rows = new[commitment.reference]
            for row in rows:
                row.outcome = CREATED
            named = rows[0].get("supersedes")
            if named is None:
                continue
            former = by_reference[named]
            commitment.supersedes = former
            if not former.ending:
                former.ending, former.ended_on = Ending.SUPERSEDED, commitment.made_on
                former.ended_at = Now()
                ended.append(former)
        Commitment.objects.bulk_update(made, ["supersedes"], batch_size=2000)
        Commitment.objects.bulk_update(ended, ["ending", "ended_on", "ended_at"], batch_size=2000)
        self.fresh = {commitment.reference for commitment in made}

    def _promised(self, reference: str, rows: list[ParsedRow]) -> Promised:
        first = rows[0]
        ordered = sorted(rows, key=lambda r: (r.get("position", 0), r.get("due_on"), r.number))
        parts = [
            (row.get("position", place), row.get("due_on"), self.amounts[row.number])
            for place, row in enumerate(ordered, 1)
        ]
        return Promised(
            customer=self.meant[first.number],
            reference=reference,
            made_on=first.get("made_on"),
            instalments=parts,
            promised_by=first.get("promised_by", ""),
            channel=first.get("channel", ""),
            cancelled_on=first.get("cancelled_on"),
        )

    def _compare(self, stored: Commitment, rows: list[ParsedRow]) -> None:
        """A known commitment takes only a cancellation; anything else must be the same."""
        first = rows[0]
        parts = Instalment.objects.filter(commitment=stored).order_by("position")
        kept = sorted(parts.values_list("due_on", "amount"))
        given = sorted((row.get("due_on"), self.amounts[row.number]) for row in rows)
        former = stored.supersedes.reference if stored.supersedes else None
        for column, same in (
            ("customer_code", stored.customer_id == self.meant[first.number].pk),
            ("made_on", stored.made_on == first.get("made_on")),
            ("amount", kept == given),
            ("supersedes", first.get("supersedes", former) == former),
            ("promised_by", first.get("promised_by", stored.promised_by) == stored.promised_by),
            ("channel", first.get("channel", stored.channel) == stored.channel),
        ):
            if not same:
                self.batch.reject(first, column, "conflict")
                return
        self._cancel(stored, rows)

    def _cancel(self, stored: Commitment, rows: list[ParsedRow]) -> None:
        outcome, cancelled_on = UNCHANGED, rows[0].get("cancelled_on")
        if cancelled_on is not None and not stored.ending:
            stored.ending, stored.ended_on = Ending.CANCELLED, cancelled_on
            stored.ended_at = Now()
            stored.save(update_fields=["ending", "ended_on", "ended_at"])
            outcome = UPDATED
        elif cancelled_on is not None and (
            stored.ending != Ending.CANCELLED or stored.ended_on != cancelled_on
        ):
            self.batch.reject(rows[0], "cancelled_on", "already_ended")
            return
        for row in rows:
            row.outcome = outcome
