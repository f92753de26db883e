"""Commitments by reference, a row per instalment; what supersedes what; cancellations."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from collections_app.commitments.making import Promised, make_commitments
from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.core import clock
from collections_app.customers.models import Customer
from collections_app.followups.withdrawing import withdraw_with_promises
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch, ParsedRow, meaning_of
from collections_app.imports.bulk import among, change_in
from collections_app.organisation.queries import today

ENDING = ("ending", "ended_on", "ended_at")
SHARED = ("customer_code", "made_on", "promised_by", "channel", "supersedes", "cancelled_on")


def import_commitments(batch: Batch) -> None:
    """Take in commitments whole: one bad instalment drops its commitment."""
    meant = {row.number: customer for row, customer in batch.customers()}
    groups: dict[str, list[ParsedRow]] = defaultdict(list)
    for row in batch.rows:
        if row.has("reference"):
            groups[row.get("reference")].append(row)
    _Commitments(batch, meant, groups).save()


class _Commitments:
    """One file's commitments against what is stored.

    ``shared`` holds what the rows of a commitment say of it as a whole, wherever in them it
    stands; ``parts`` the rows that are instalments, those apart that only repeat another.
    """

    def __init__(
        self, batch: Batch, meant: dict[int, Customer], groups: dict[str, list[ParsedRow]]
    ) -> None:
        self.batch = batch
        self.meant = meant
        self.groups = groups
        named = {
            r.get("supersedes") for rows in groups.values() for r in rows if r.has("supersedes")
        }
        # Held, so that nobody ends by hand what is read here as not ended.
        held = Commitment.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        stored = among(held, "reference", named | set(groups))
        self.known = {c.reference: c for c in stored.select_related("customer", "supersedes")}
        self.succeeded = set(
            Commitment.objects.filter(supersedes__reference__in=named).values_list(
                "supersedes__reference", flat=True
            )
        )
        self.shared: dict[str, dict[str, Any]] = {}
        self.parts: dict[str, list[ParsedRow]] = {}
        self.amounts: dict[int, int] = {}
        self.circular: set[str] = set()
        self.cancelled: list[Commitment] = []

    def save(self) -> None:
        for reference, rows in self.groups.items():
            self._check_rows(rows)
            self.shared[reference] = self._shared(rows)
        self._settle_groups()
        self._compare_known()
        new = {
            reference: rows
            for reference, rows in self.groups.items()
            if reference not in self.known and not rows[0].rejected
        }
        self._check_chains(new)
        self._create([reference for reference, rows in new.items() if not rows[0].rejected])
        self._settle_groups()

    def _settle_groups(self) -> None:
        for rows in self.groups.values():
            if any(row.rejected for row in rows):
                self.batch.drop_group(rows)

    def _check_rows(self, rows: list[ParsedRow]) -> None:
        batch = self.batch
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
        self.parts[rows[0].get("reference")] = self._check_positions(rows)

    def _check_positions(self, rows: list[ParsedRow]) -> list[ParsedRow]:
        """The rows that are instalments: each position once, and all of them told or none."""
        placed: dict[int, ParsedRow] = {}
        parts: list[ParsedRow] = []
        for row in rows:
            former = placed.setdefault(row.get("position"), row) if row.has("position") else row
            if former is row:
                parts.append(row)
            elif meaning_of(former) == meaning_of(row):
                row.outcome = UNCHANGED
                self.batch.twins.append((former, row))
            elif not row.rejected:
                self.batch.reject(row, "position", "duplicate_in_file")
        if placed:
            for row in [r for r in rows if not r.has("position") and not r.rejected]:
                self.batch.reject(row, "position", "required")
        return parts

    def _shared(self, rows: list[ParsedRow]) -> dict[str, Any]:
        """What the good rows say together; an empty cell says nothing."""
        shared: dict[str, Any] = {}
        for row in [row for row in rows if not row.rejected]:
            for column in SHARED:
                if shared.setdefault(column, row.get(column)) is None:
                    shared[column] = row.get(column)
                if row.has(column) and row.get(column) != shared[column]:
                    self.batch.reject(row, column, "duplicate_in_file")
        return {column: value for column, value in shared.items() if value is not None}

    def _customer(self, reference: str) -> Customer:
        return self.meant[self.groups[reference][0].number]

    def _row_of(self, reference: str, column: str) -> ParsedRow:
        """The row to be blamed for a shared value: the first that holds it."""
        rows = self.groups[reference]
        return next((row for row in rows if row.has(column)), rows[0])

    def _check_chains(self, new: dict[str, list[ParsedRow]]) -> None:
        """What is superseded must exist, be the customer's, and not have been ended by another.

        Of two that end one, the earlier made holds, wherever it stands.
        """
        taken = set(self.succeeded)
        self.circular = self._circles(new)
        for reference in sorted(new, key=lambda ref: (self.shared[ref]["made_on"], ref)):
            named = self.shared[reference].get("supersedes")
            if named is None:
                continue
            fault = self._fault_of_chain(reference, named, new, taken)
            if fault is None:
                taken.add(named)
            else:
                column, code = fault
                self.batch.reject(self._row_of(reference, column), column, code)
                self.batch.drop_group(self.groups[reference])
        self._drop_orphans(new)

    def _fault_of_chain(
        self, reference: str, named: str, new: dict[str, list[ParsedRow]], taken: set[str]
    ) -> tuple[str, str] | None:
        former = self.known.get(named)
        if former is None and named not in new:
            dropped = named in self.groups
            return "supersedes", "dropped_with_group" if dropped else "unknown_commitment"
        owner = former.customer_id if former else self._customer(named).pk
        if owner != self._customer(reference).pk or named in self.circular:
            return "supersedes", "unknown_commitment"
        if named in taken or (former is not None and former.ending == Ending.SUPERSEDED):
            return "supersedes", "already_ended"
        former_made_on = former.made_on if former else self.shared[named]["made_on"]
        if former_made_on > self.shared[reference]["made_on"]:
            return "made_on", "ended_before_made"
        return None

    def _drop_orphans(self, new: dict[str, list[ParsedRow]]) -> None:
        """One that supersedes a refused one has nothing to supersede, and so on along its chain."""
        successors: dict[str, list[str]] = defaultdict(list)
        for reference in new:
            successors[self.shared[reference].get("supersedes", "")].append(reference)
        refused = [reference for reference, rows in new.items() if rows[0].rejected]
        while refused:
            for reference in successors[refused.pop()]:
                if self.groups[reference][0].rejected:
                    continue
                row = self._row_of(reference, "supersedes")
                self.batch.reject(row, "supersedes", "dropped_with_group")
                self.batch.drop_group(self.groups[reference])
                refused.append(reference)

    def _circles(self, new: dict[str, list[ParsedRow]]) -> set[str]:
        """Those whose chain comes back to itself; each is walked once, however long the chain."""
        found: dict[str, bool] = {}
        for reference in new:
            path: dict[str, None] = {}
            current = reference
            while current in new and current not in found and current not in path:
                path[current] = None
                current = self.shared[current].get("supersedes", "")
            found.update(dict.fromkeys(path, found.get(current, current in path)))
        return {reference for reference, is_circular in found.items() if is_circular}

    def _create(self, references: list[str]) -> None:
        promised = [self._promised(reference) for reference in references]
        made = make_commitments(promised, by=self.batch.by, record=self.batch.record)
        by_reference = self.known | {c.reference: c for c in made}
        ended: list[Commitment] = []
        for commitment in made:
            for row in self.parts[commitment.reference]:
                row.outcome = CREATED
            named = self.shared[commitment.reference].get("supersedes")
            if named is None:
                continue
            former = by_reference[named]
            commitment.supersedes = former
            if not former.ending:
                former.ending, former.ended_on = Ending.SUPERSEDED, commitment.made_on
                former.ended_at = clock.now()
                ended.append(former)
        chained = [commitment for commitment in made if commitment.supersedes_id]
        change_in(chained, ["supersedes"])
        self._keep_ended(ended)

    def _promised(self, reference: str) -> Promised:
        shared = self.shared[reference]
        ordered = sorted(
            self.parts[reference], key=lambda r: (r.get("position", 0), r.get("due_on"), r.number)
        )
        return Promised(
            customer=self._customer(reference),
            reference=reference,
            made_on=shared["made_on"],
            instalments=[
                (row.get("position", place), row.get("due_on"), self.amounts[row.number])
                for place, row in enumerate(ordered, 1)
            ],
            promised_by=shared.get("promised_by", ""),
            channel=shared.get("channel", ""),
            cancelled_on=shared.get("cancelled_on"),
        )

    def _compare_known(self) -> None:
        """Cancellations come before chains: one already cancelled only joins its chain."""
        known = {ref: self.known[ref] for ref in self.groups if ref in self.known}
        stored: dict[int, list[tuple[int, date, int]]] = defaultdict(list)
        for commitment_id, position, due_on, amount in (
            Instalment.objects.filter(commitment__in=known.values())
            .order_by("position")
            .values_list("commitment_id", "position", "due_on", "amount")
        ):
            stored[commitment_id].append((position, due_on, amount))
        for reference, commitment in known.items():
            rows = self.groups[reference]
            if rows[0].rejected:
                continue
            conflict = self._conflict(commitment, stored[commitment.pk])
            if conflict is None:
                self._cancel(commitment, rows)
            else:
                self.batch.reject(self._row_of(reference, conflict), conflict, "conflict")
        self._keep_ended(self.cancelled)

    def _keep_ended(self, ended: list[Commitment]) -> None:
        change_in(ended, ENDING)
        withdraw_with_promises(ended, by=self.batch.by, on=today())

    def _conflict(self, stored: Commitment, parts: list[tuple[int, date, int]]) -> str | None:
        """The column in which a known commitment is told otherwise, if there is one."""
        shared = self.shared[stored.reference]
        former = stored.supersedes.reference if stored.supersedes else None
        same = {
            "customer_code": stored.customer_id == self._customer(stored.reference).pk,
            "made_on": stored.made_on == shared["made_on"],
            "amount": self._same_parts(stored.reference, parts),
            "supersedes": shared.get("supersedes", former) == former,
            "promised_by": shared.get("promised_by", stored.promised_by) == stored.promised_by,
            "channel": shared.get("channel", stored.channel) == stored.channel,
        }
        return next((column for column, holds in same.items() if not holds), None)

    def _same_parts(self, reference: str, parts: list[tuple[int, date, int]]) -> bool:
        rows = self.parts[reference]
        if rows[0].has("position"):
            given = [(r.get("position"), r.get("due_on"), self.amounts[r.number]) for r in rows]
            return sorted(given) == parts
        unplaced = sorted((r.get("due_on"), self.amounts[r.number]) for r in rows)
        return unplaced == sorted((due_on, amount) for _, due_on, amount in parts)

    def _cancel(self, stored: Commitment, rows: list[ParsedRow]) -> None:
        outcome, cancelled_on = UNCHANGED, self.shared[stored.reference].get("cancelled_on")
        if cancelled_on is not None and not stored.ending:
            stored.ending, stored.ended_on = Ending.CANCELLED, cancelled_on
            stored.ended_at = clock.now()
            self.cancelled.append(stored)
            outcome = UPDATED
        elif cancelled_on is not None and (
            stored.ending != Ending.CANCELLED or stored.ended_on != cancelled_on
        ):
            row = self._row_of(stored.reference, "cancelled_on")
            self.batch.reject(row, "cancelled_on", "already_ended")
            return
        for row in rows:
            row.outcome = outcome
