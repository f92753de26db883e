"""A customer's month with all that hangs on it, in one statement that is planned once.

Parameters: ``customer``, ``month`` (its first day), ``as_of`` and ``requests``, how many of these.
One row: the plan, its measures as they count on the day, its revisions by then with what each came
of, and the customer's requests, those that wait first; each as JSON, null for nothing.
"""

from __future__ import annotations

from typing import Final

_PLAN = """
SELECT p.target, p.locks_on, p.agreed_on, p.agreed_with, p.agreed_channel, p.asked_on,
    e.public_id AS evidence, e.filename
FROM plan p LEFT JOIN customers_evidence e ON e.id = p.agreed_evidence_id
"""
_MEASURES = """
SELECT m.public_id, m.kind, m.description, m.realised_uplift, m.due_on, w.name AS owner,
    n.status, n.expected_uplift, n.reason,
    EXISTS (SELECT 1 FROM commitments_commitment c WHERE c.measure_id = m.id) AS is_promised
FROM plan p JOIN planning_measure m ON m.plan_id = p.id
JOIN LATERAL (
    SELECT c.status, c.expected_uplift, c.reason FROM planning_measurechange c
    WHERE c.measure_id = m.id AND c.counts_from <= %(as_of)s
    ORDER BY c.counts_from DESC, c.id DESC LIMIT 1) n ON true
LEFT JOIN accounts_person w ON w.id = m.owner_id
"""
_REVISIONS = """
SELECT t.counts_from, t.old_target, t.new_target, t.reason, w.name AS entered_by,
    q.public_id AS request, q.kind, q.asked_on, q.asked_by
FROM plan p JOIN planning_targetchange t ON t.plan_id = p.id
LEFT JOIN accounts_person w ON w.id = t.entered_by_id
LEFT JOIN LATERAL (
    SELECT q.public_id, q.kind, q.asked_on, a.name AS asked_by
    FROM followups_request q JOIN accounts_person a ON a.id = q.asked_by_id
    WHERE q.target_change_id = t.id LIMIT 1) q ON true
WHERE t.is_revision AND t.counts_from <= %(as_of)s ORDER BY t.counts_from, t.id
"""
_REQUESTS = """
SELECT q.public_id, q.kind, q.state, q.month, q.amount, q.conceded, q.until_on, q.reason, q.note,
    q.word, q.asked_on, q.decided_on, a.name AS asked_by, d.name AS decided_by,
    c.reference AS commitment
FROM followups_request q JOIN accounts_person a ON a.id = q.asked_by_id
LEFT JOIN accounts_person d ON d.id = q.decided_by_id
LEFT JOIN commitments_commitment c ON c.id = q.commitment_id
WHERE q.customer_id = %(customer)s
ORDER BY q.state <> 'waiting', q.asked_at DESC, q.id DESC LIMIT %(requests)s
"""

MONTH_OF_ONE: Final = f"""
WITH plan AS (
    SELECT * FROM planning_monthplan WHERE customer_id = %(customer)s AND month = %(month)s
)
SELECT (SELECT to_json(r) FROM ({_PLAN}) r), (SELECT json_agg(r) FROM ({_MEASURES}) r),
    (SELECT json_agg(r) FROM ({_REVISIONS}) r), (SELECT json_agg(r) FROM ({_REQUESTS}) r)
"""
