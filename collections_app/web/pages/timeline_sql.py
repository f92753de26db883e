"""All that happened with one customer, of every kind, in one statement; a page of it.

Each kind is a branch that reads no more than a page of its own; the branches are put together and
cut to a page once more. Events are in order of (day, rank, id), latest first: the rank puts what
came of something above what it came of. Parameters: ``customer``; ``since`` and ``until``, days;
``day``, ``rank`` and ``id`` of the event that the page begins after; ``zone``; ``limit``.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

MOST_PARTS: Final = 60


@dataclass(frozen=True, slots=True)
class Branch:
    """One kind of event. ``day``, ``id`` and ``data`` are expressions over ``source``."""

    group: str
    rank: int
    kind: str
    day: str
    id: str
    data: str
    source: str


def _local(instant: str) -> str:
    return f"({instant} AT TIME ZONE %(zone)s)::date"


def _name(id_: str) -> str:
    return f"(SELECT who.name FROM accounts_person who WHERE who.id = {id_})"


def _contact(id_: str) -> str:
    return f"(SELECT k.name FROM customers_contact k WHERE k.id = {id_})"


def _trail(verb: str) -> str:
    return f"""accounts_auditentry a WHERE a.customer_id = %(customer)s
        AND a.subject_kind = 'month_plan' AND a.verb = '{verb}'"""


def _untold(verb: str, day: str) -> str:
    """Plans of which a file said what nobody did by hand."""
    return f"""planning_monthplan p WHERE p.customer_id = %(customer)s AND p.{day} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM accounts_auditentry a WHERE a.customer_id = p.customer_id
            AND a.subject_kind = 'month_plan' AND a.verb = '{verb}'
            AND a.subject_id = p.public_id::text)"""


def _former(table: str, column: str) -> str:
    """What counted before a dated row."""
    return f"""(SELECT f.{column} FROM {table} f WHERE f.customer_id = d.customer_id
        AND d.valid_from IS NOT NULL AND (f.valid_from IS NULL OR f.valid_from < d.valid_from)
        ORDER BY f.valid_from DESC NULLS LAST LIMIT 1)"""


_FIRST_CONTACT = """(SELECT c.contact_id FROM notices_notice c
        WHERE c.message_id = m.resend_of_id AND c.contact_id IS NOT NULL ORDER BY c.id LIMIT 1)"""
_ACTOR = f"""'by', {_name("a.actor_id")}, 'absent', {_name("a.on_behalf_of_id")}"""
_PARTS = f"""(SELECT jsonb_agg(jsonb_build_array(q.due_on, q.amount) ORDER BY q.position)
    FROM (SELECT i.due_on, i.amount, i.position FROM commitments_instalment i
        WHERE i.commitment_id = c.id ORDER BY i.position LIMIT {MOST_PARTS}) q)"""
_MONEY = f"""(SELECT jsonb_agg(jsonb_build_array(q.reference, q.received_on, q.amount)
        ORDER BY q.received_on, q.reference)
    FROM (SELECT p.reference, l.received_on, l.amount FROM standing_allocation l
        JOIN ledger_payment p ON p.id = l.payment_id WHERE l.instalment_id = i.id
        ORDER BY l.received_on, p.reference LIMIT {MOST_PARTS}) q)"""
_FILLED = f"""(SELECT jsonb_agg(jsonb_build_array(q.reference, q.position, q.amount)
        ORDER BY q.reference, q.position)
    FROM (SELECT c.reference, i.position, l.amount FROM standing_allocation l
        JOIN commitments_instalment i ON i.id = l.instalment_id
        JOIN commitments_commitment c ON c.id = i.commitment_id WHERE l.payment_id = p.id
        ORDER BY c.reference, i.position LIMIT {MOST_PARTS}) q)"""
_BEFORE = """LEFT JOIN LATERAL (SELECT b.status, b.expected_uplift FROM planning_measurechange b
    WHERE b.measure_id = h.measure_id AND (b.counts_from, b.id) < (h.counts_from, h.id)
    ORDER BY b.counts_from DESC, b.id DESC LIMIT 1) b ON true"""
_DATED = f"COALESCE(d.valid_from, {_local('d.entered_at')})"
_REQUEST = """'request', q.public_id, 'kind', q.kind, 'month', q.month, 'amount', q.amount,
    'until_on', q.until_on, 'before', q.target_before, 'after', q.target_after,
    'reference', (SELECT c.reference FROM commitments_commitment c WHERE c.id = q.commitment_id)"""

BRANCHES: Final = (
    Branch(
        "targets", 20, "target", f"COALESCE(t.counts_from, {_local('t.entered_at')})", "t.id",
        f"""'month', p.month, 'old', t.old_target, 'new', t.new_target,
        'is_revision', t.is_revision, 'reason', t.reason, 'by', {_name("t.entered_by_id")}""",
        """planning_targetchange t JOIN planning_monthplan p ON p.id = t.plan_id
        WHERE p.customer_id = %(customer)s""",
    ),
    Branch(
        "targets", 21, "agreed", "(a.payload->>'agreed_on')::date", "a.id",
        f"""'month', a.payload->>'month', 'target', a.payload->'target',
        'with', a.payload->>'agreed_with', 'channel', a.payload->>'channel',
        'evidence', a.payload->>'evidence', {_ACTOR}""",
        _trail("agree"),
    ),
    Branch(
        "targets", 22, "agreed", "p.agreed_on", "p.id",
        """'month', p.month, 'target', p.agreed_target, 'with', p.agreed_with,
        'channel', p.agreed_channel""",
        _untold("agree", "agreed_on"),
    ),
    Branch(
        "targets", 23, "asked", "(a.payload->>'asked_on')::date", "a.id",
        f"""'month', a.payload->>'month', 'answer', a.payload->>'answer',
        'again_on', a.payload->>'ask_again_on', {_ACTOR}""",
        _trail("ask"),
    ),
    Branch(
        "targets", 24, "asked", "p.asked_on", "p.id",
        "'month', p.month, 'answer', p.answer, 'again_on', p.ask_again_on",
        _untold("ask", "asked_on"),
    ),
    Branch(
        "promises", 40, "promised", "c.made_on", "c.id",
        f"""'reference', c.reference, 'parts', {_PARTS}, 'promised_by', c.promised_by,
        'channel', c.channel, 'note', c.note, 'replaces', f.reference, 'reason', f.end_reason,
        'asked_by', f.end_asked_by, 'measure', m.kind, 'measure_what', m.description,
        'by', {_name("c.entered_by_id")}, 'absent', {_name("c.on_behalf_of_id")}""",
        """commitments_commitment c LEFT JOIN commitments_commitment f ON f.id = c.supersedes_id
        LEFT JOIN planning_measure m ON m.id = c.measure_id WHERE c.customer_id = %(customer)s""",
    ),
    Branch(
        "promises", 50, "cancelled", "c.ended_on", "c.id",
        f"'reference', c.reference, 'parts', {_PARTS}, 'reason', c.end_reason",
        """commitments_commitment c WHERE c.customer_id = %(customer)s
        AND c.ending = 'cancelled'""",
    ),
    Branch(
        "promises", 60, "verdict", "(i.deadline_on + 1)", "i.id",
        f"""'reference', c.reference, 'position', i.position, 'due_on', i.due_on,
        'deadline_on', i.deadline_on, 'amount', i.amount, 'verdict', s.verdict, 'state', s.state,
        'on_time', s.received_on_time, 'received', s.received, 'settled_on', s.settled_on,
        'money', {_MONEY}""",
        """standing_instalmentstanding s JOIN commitments_instalment i ON i.id = s.instalment_id
        JOIN commitments_commitment c ON c.id = i.commitment_id
        WHERE s.customer_id = %(customer)s AND s.verdict <> ''""",
    ),
    Branch(
        "money", 70, "paid", "p.received_on", "p.id",
        f"""'reference', p.reference, 'amount', p.amount, 'method', p.method, 'note', p.note,
        'invoice', p.invoice_number, 'fills', {_FILLED}, 'by', {_name("p.entered_by_id")},
        'absent', {_name("p.on_behalf_of_id")}""",
        "ledger_payment p WHERE p.customer_id = %(customer)s",
    ),
    Branch(
        "money", 71, "reversed", "r.received_on", "r.id",
        f"""'reference', r.reference, 'amount', r.amount, 'note', r.note, 'payment', p.reference,
        'by', {_name("r.entered_by_id")}, 'absent', {_name("r.on_behalf_of_id")}""",
        """ledger_reversal r JOIN ledger_payment p ON p.id = r.payment_id
        WHERE r.customer_id = %(customer)s""",
    ),
    Branch(
        "money", 72, "adjusted", "j.effective_on", "j.id",
        f"""'number', j.number, 'amount', j.amount, 'kind', j.kind, 'note', j.note,
        'invoice', j.invoice_number, 'by', {_name("j.entered_by_id")},
        'absent', {_name("j.on_behalf_of_id")}""",
        "ledger_adjustment j WHERE j.customer_id = %(customer)s",
    ),
    Branch(
        "messages", 80, "message", _local("COALESCE(m.created_at, n.owed_at)"), "n.id",
        f"""'kind', n.kind, 'address', m.to_address, 'person',
        COALESCE({_name("n.person_id")}, {_contact("n.contact_id")}, m.to_address, '–'),
        'state', m.state, 'notice', n.state, 'message', m.public_id,
        'reason', COALESCE(NULLIF(n.reason, ''), m.reason),
        'sent_on', {_local("m.sent_at")}, 'attempts', m.attempts,
        'about', (SELECT c.reference || '/' || i.position FROM commitments_instalment i
            JOIN commitments_commitment c ON c.id = i.commitment_id WHERE i.id = n.instalment_id)
        """,
        """notices_notice n LEFT JOIN outbox_message m ON m.id = n.message_id
        WHERE n.customer_id = %(customer)s""",
    ),
    # A copy carries no notices: it says what the first message said.
    Branch(
        "messages", 81, "resent", _local("m.created_at"), "m.id",
        f"""'kind', m.kind, 'address', m.to_address, 'state', m.state, 'message', m.public_id,
        'reason', m.reason, 'sent_on', {_local("m.sent_at")},
        'person', COALESCE({_name("m.person_id")}, {_contact(_FIRST_CONTACT)}, m.to_address),
        'first_on',
        (SELECT {_local("f.sent_at")} FROM outbox_message f WHERE f.id = m.resend_of_id),
        'by', (SELECT {_name("a.actor_id")} FROM accounts_auditentry a
            WHERE a.subject_kind = 'message' AND a.subject_id = m.public_id::text
                AND a.verb = 'resend' ORDER BY a.id LIMIT 1)""",
        """outbox_message m WHERE m.resend_of_id IN (SELECT n.message_id FROM notices_notice n
            WHERE n.customer_id = %(customer)s AND n.message_id IS NOT NULL)""",
    ),
    Branch(
        "followups", 30, "followup", "u.on_day", "u.id",
        f"""'outcome', u.outcome, 'reason', u.reason, 'channel', u.channel,
        'with', u.contact_name, 'note', u.note, 'next_on', u.next_on,
        'by', {_name("u.entered_by_id")}, 'absent', {_name("u.on_behalf_of_id")}""",
        "followups_followup u WHERE u.customer_id = %(customer)s",
    ),
    Branch(
        "requests", 25, "requested", "q.asked_on", "q.id",
        f"""{_REQUEST}, 'reason', q.reason, 'note', q.note, 'by', {_name("q.asked_by_id")},
        'absent', {_name("q.on_behalf_of_id")}""",
        "followups_request q WHERE q.customer_id = %(customer)s",
    ),
    Branch(
        "requests", 26, "decided", f"COALESCE(q.decided_on, {_local('q.decided_at')})", "q.id",
        f"""{_REQUEST}, 'state', q.state, 'word', q.word, 'conceded', q.conceded,
        'by', {_name("q.decided_by_id")}""",
        "followups_request q WHERE q.customer_id = %(customer)s AND q.state <> 'waiting'",
    ),
    Branch(
        "measures", 28, "measure", "h.counts_from", "h.id",
        f"""'month', p.month, 'kind', m.kind, 'description', m.description, 'status', h.status,
        'uplift', h.expected_uplift, 'was', b.status, 'uplift_was', b.expected_uplift,
        'realised', m.realised_uplift, 'reason', h.reason, 'owner', {_name("m.owner_id")},
        'by', {_name("h.entered_by_id")}""",
        f"""planning_measurechange h JOIN planning_measure m ON m.id = h.measure_id
        JOIN planning_monthplan p ON p.id = m.plan_id {_BEFORE}
        WHERE p.customer_id = %(customer)s""",
    ),
    Branch(
        "terms", 10, "owner", _DATED, "d.id",
        f"""'now', {_name("d.owner_id")}, 'from', d.valid_from,
        'was', {_name(_former("customers_ownership", "owner_id"))},
        'by', {_name("d.entered_by_id")}""",
        "customers_ownership d WHERE d.customer_id = %(customer)s",
    ),
    Branch(
        "terms", 11, "rating", _DATED, "d.id",
        f"""'now', d.rating, 'was', {_former("customers_ratingchange", "rating")},
        'from', d.valid_from, 'by', {_name("d.entered_by_id")}""",
        "customers_ratingchange d WHERE d.customer_id = %(customer)s",
    ),
    Branch(
        "terms", 12, "regular", _DATED, "d.id",
        f"""'day', d.day, 'amount', d.amount, 'with', d.agreed_with, 'from', d.valid_from,
        'by', {_name("d.entered_by_id")}""",
        "customers_regularagreement d WHERE d.customer_id = %(customer)s",
    ),
    Branch(
        "terms", 13, "hold", "o.starts_on", "o.id",
        f"""'kind', o.kind, 'note', o.note, 'ends_on', o.ends_on,
        'by', {_name("o.entered_by_id")}""",
        "customers_hold o WHERE o.customer_id = %(customer)s",
    ),
    Branch(
        "terms", 14, "lifted", "o.lifted_on", "o.id", "'kind', o.kind",
        "customers_hold o WHERE o.customer_id = %(customer)s AND o.lifted_on IS NOT NULL",
    ),
)  # fmt: skip


def timeline_statement(groups: Collection[str] = (), *, is_cut: bool = True) -> str:
    """The statement for some groups of events, for all where none is given.

    ``is_cut`` where days or the event before narrow the page; the latest page of all is asked for
    most, and the planner knows without them that each branch can be read from its end.
    """
    chosen = [_select(b, is_cut=is_cut) for b in BRANCHES if not groups or b.group in groups]
    return f"""SELECT day, rank, id, kind, data FROM ({" UNION ALL ".join(chosen)}) events
ORDER BY day DESC, rank DESC, id DESC LIMIT %(limit)s"""


def _select(branch: Branch, *, is_cut: bool) -> str:
    # What has no day is no event, whatever is asked for.
    narrowed = f"AND {branch.day} IS NOT NULL"
    if is_cut:
        narrowed = f"""AND {branch.day} BETWEEN %(since)s::date AND %(until)s::date
AND ({branch.day}, {branch.rank}, {branch.id}) < (%(day)s::date, %(rank)s, %(id)s)"""
    # PostgreSQL works out what is costly after the sort, and so for the page's rows alone.
    return f"""(SELECT {branch.day} AS day, {branch.rank} AS rank, {branch.id} AS id,
    '{branch.kind}' AS kind, jsonb_build_object({branch.data}) AS data
FROM {branch.source}
{narrowed}
ORDER BY 1 DESC, 3 DESC LIMIT %(limit)s)"""
