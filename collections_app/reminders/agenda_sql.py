"""What *Today* asks of many customers' facts, in one statement.

Each row says what it is about, the customer, a subject, a detail, an amount in minor units, and two
days. Parameters: ``customers``, ``person`` (whose own requests are told), ``day``, ``month`` (its
first day), ``due_by``, ``dead_since``.
"""

from __future__ import annotations

from typing import Final

# What each row's columns hold:
# instalment   its key; its state, or part_paid; what is owed; due date and deadline
# followup     the latest: its outcome; its day, and the day to go on
# asked        the latest day on which one asked; the day to ask again, where that was put off
# promise      the latest day on which a promise was made
# measure      its key; its kind; the expected uplift; due date and month
# decided      the request's key; its kind and what came of it; the amount; the day
# dead         how many messages; the day of the latest
# hold         why; the first and the last day of it
# snooze       of which subject; of which kind and why; until when
FACTS: Final = """
SELECT 'instalment', s.customer_id, s.instalment_id::text,
    CASE WHEN s.state = 'open' AND s.received > 0 THEN 'part_paid' ELSE s.state END,
    i.amount - s.received, i.due_on, i.deadline_on
FROM standing_instalmentstanding s JOIN commitments_instalment i ON i.id = s.instalment_id
WHERE s.customer_id = ANY(%(customers)s::bigint[])
    AND (s.state IN ('partially_kept', 'broken') OR (s.state = 'open' AND i.due_on <= %(due_by)s))
UNION ALL
(SELECT DISTINCT ON (f.customer_id) 'followup', f.customer_id, '', f.outcome, 0::bigint,
    f.on_day, f.next_on
FROM followups_followup f
WHERE f.customer_id = ANY(%(customers)s::bigint[]) AND f.on_day <= %(day)s
ORDER BY f.customer_id, f.on_day DESC, f.at DESC, f.id DESC)
UNION ALL
SELECT 'asked', p.customer_id, '', '', 0, max(p.asked_on),
    min(p.ask_again_on) FILTER (WHERE p.answer = 'put_off' AND p.month >= %(month)s)
FROM planning_monthplan p
WHERE p.customer_id = ANY(%(customers)s::bigint[]) AND p.asked_on IS NOT NULL
GROUP BY p.customer_id
UNION ALL
SELECT 'promise', c.customer_id, '', '', 0, max(c.made_on), NULL::date
FROM commitments_commitment c
WHERE c.customer_id = ANY(%(customers)s::bigint[]) AND c.made_on <= %(day)s
GROUP BY c.customer_id
UNION ALL
SELECT 'measure', p.customer_id, m.id::text, m.kind, m.expected_uplift, m.due_on, p.month
FROM planning_measure m JOIN planning_monthplan p ON p.id = m.plan_id
WHERE p.customer_id = ANY(%(customers)s::bigint[])
    AND m.status IN ('planned', 'in_progress') AND m.due_on < %(day)s
UNION ALL
SELECT 'decided', r.customer_id, r.id::text, r.kind || ' ' || r.state, r.amount, r.decided_on, NULL
FROM followups_request r
WHERE r.customer_id = ANY(%(customers)s::bigint[]) AND r.seen_at IS NULL
    AND r.state IN ('approved', 'refused') AND %(person)s IN (r.asked_by_id, r.on_behalf_of_id)
UNION ALL
SELECT 'dead', n.customer_id, '', count(DISTINCT m.id)::text, 0, max(m.created_at)::date, NULL
FROM notices_notice n JOIN outbox_message m ON m.id = n.message_id
WHERE n.customer_id = ANY(%(customers)s::bigint[])
    AND m.state = 'dead' AND m.created_at >= %(dead_since)s::date
GROUP BY n.customer_id
UNION ALL
(SELECT DISTINCT ON (h.customer_id) 'hold', h.customer_id, '', h.kind, 0, h.starts_on, h.ends_on
FROM customers_hold h
WHERE h.customer_id = ANY(%(customers)s::bigint[])
    AND h.starts_on <= %(day)s AND h.ends_on >= %(day)s
    AND (h.lifted_on IS NULL OR h.lifted_on > %(day)s)
ORDER BY h.customer_id, h.ends_on DESC)
UNION ALL
SELECT 'snooze', z.customer_id, z.subject, z.kind || ' ' || z.reason, 0, NULL, z.until
FROM followups_snooze z
WHERE z.customer_id = ANY(%(customers)s::bigint[]) AND z.until > %(day)s
"""
