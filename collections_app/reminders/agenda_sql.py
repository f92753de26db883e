"""What *Today* asks of many customers' facts, in one statement.

Each row says what it is about, the customer, a subject, a detail, an amount in minor units, and up
to six days. Parameters: ``customers``, ``person`` (whose own requests are told), ``day``, ``month``
(its first day), ``due_by``, ``dead_since``.
"""

from __future__ import annotations

from typing import Final

# What each row's columns hold:
# instalment   its key; its state, or part_paid; what is owed; due date and deadline
# touch        of each customer: the outcome of the latest follow-up; its day, and the day to go on;
#              of the latest month asked for the day, and the day to ask again, if it was put off;
#              when a promise was last made; when the rating last changed
# measure      its key; its kind; the expected uplift; due date and month
# decided      the request's key; its kind and what came of it; the amount; the day
# dead         how many messages; the day of the latest
# no_address   the day of the latest reminder that could go nowhere
# to_release   how many messages to the customer wait for a person
# hold         why; the first and the last day of it
# snooze       of which subject; of which kind and why; until when
FACTS: Final = """
-- Once for all parts: the planner looks long at each list of keys that it is given.
WITH asked_for AS MATERIALIZED (SELECT unnest(%(customers)s::bigint[]) AS id)
SELECT 'instalment', s.customer_id, s.instalment_id::text,
    CASE WHEN s.state = 'open' AND s.received > 0 THEN 'part_paid' ELSE s.state END,
    i.amount - s.received, i.due_on, i.deadline_on,
    NULL::date, NULL::date, NULL::date, NULL::date
FROM asked_for c
JOIN (
    SELECT * FROM standing_instalmentstanding WHERE state IN ('partially_kept', 'broken')
    UNION ALL
    -- What is open can still change, and there is an index of what can.
    SELECT * FROM standing_instalmentstanding WHERE changes_on IS NOT NULL AND state = 'open'
) s ON s.customer_id = c.id
JOIN commitments_instalment i ON i.id = s.instalment_id
WHERE s.state <> 'open' OR i.due_on <= %(due_by)s
UNION ALL
SELECT 'touch', c.id, '', f.outcome, 0::bigint, f.on_day, f.next_on, p.asked_on,
    CASE WHEN p.answer = 'put_off' AND p.month >= %(month)s THEN p.ask_again_on END,
    m.made_on, (
        SELECT max(valid_from) FROM customers_ratingchange
        WHERE customer_id = c.id AND valid_from <= %(day)s)
FROM asked_for c LEFT JOIN LATERAL (
    SELECT outcome, on_day, next_on FROM followups_followup
    WHERE customer_id = c.id AND on_day <= %(day)s
    ORDER BY on_day DESC, at DESC, id DESC LIMIT 1) f ON true
LEFT JOIN LATERAL (
    SELECT month, asked_on, answer, ask_again_on FROM planning_monthplan
    WHERE customer_id = c.id AND asked_on IS NOT NULL ORDER BY month DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (
    SELECT made_on FROM commitments_commitment
    WHERE customer_id = c.id AND made_on <= %(day)s ORDER BY made_on DESC LIMIT 1) m ON true
UNION ALL
SELECT 'measure', p.customer_id, m.id::text, m.kind, m.expected_uplift, m.due_on, p.month,
    NULL, NULL, NULL, NULL
FROM planning_measure m JOIN planning_monthplan p ON p.id = m.plan_id
JOIN asked_for c ON c.id = p.customer_id
WHERE m.status IN ('planned', 'in_progress') AND m.due_on < %(day)s
UNION ALL
SELECT 'decided', r.customer_id, r.id::text, r.kind || ' ' || r.state, r.amount, r.decided_on,
    NULL, NULL, NULL, NULL, NULL
FROM asked_for c JOIN followups_request r ON r.customer_id = c.id
WHERE r.seen_at IS NULL AND r.state IN ('approved', 'refused')
    AND %(person)s IN (r.asked_by_id, r.on_behalf_of_id)
UNION ALL
SELECT 'dead', n.customer_id, '', count(DISTINCT m.id)::text, 0, max(m.created_at)::date,
    NULL, NULL, NULL, NULL, NULL
-- A copy sent once more tells what the first message did.
FROM outbox_message m JOIN notices_notice n ON n.message_id = COALESCE(m.resend_of_id, m.id)
JOIN asked_for c ON c.id = n.customer_id
WHERE m.state = 'dead' AND m.created_at >= %(dead_since)s::date
GROUP BY n.customer_id
UNION ALL
SELECT 'no_address', w.customer_id, '', '', 0, max(w.on_day),
    NULL, NULL, NULL, NULL, NULL
FROM asked_for c JOIN notices_notice w ON w.customer_id = c.id
WHERE w.person_id IS NULL AND w.state = 'withdrawn' AND w.reason = 'no_address'
    AND w.on_day >= %(dead_since)s::date
    AND NOT EXISTS (
        SELECT 1 FROM customers_contact k WHERE k.customer_id = w.customer_id AND k.email <> '')
GROUP BY w.customer_id
UNION ALL
SELECT 'to_release', n.customer_id, '', '', count(DISTINCT m.id), NULL, NULL,
    NULL, NULL, NULL, NULL
FROM outbox_message m JOIN notices_notice n ON n.message_id = m.id
JOIN asked_for c ON c.id = n.customer_id
WHERE m.state = 'awaiting_approval' AND n.person_id IS NULL AND n.state = 'owed'
GROUP BY n.customer_id
UNION ALL
(SELECT DISTINCT ON (h.customer_id) 'hold', h.customer_id, '', h.kind, 0, h.starts_on, h.ends_on,
    NULL::date, NULL::date, NULL::date, NULL::date
FROM asked_for c JOIN customers_hold h ON h.customer_id = c.id
WHERE h.starts_on <= %(day)s AND h.ends_on >= %(day)s
    AND (h.lifted_on IS NULL OR h.lifted_on > %(day)s)
ORDER BY h.customer_id, h.ends_on DESC)
UNION ALL
SELECT 'snooze', z.customer_id, z.subject, z.kind || ' ' || z.reason, 0, NULL, z.until,
    NULL, NULL, NULL, NULL
FROM asked_for c JOIN followups_snooze z ON z.customer_id = c.id
WHERE z.until > %(day)s
"""
