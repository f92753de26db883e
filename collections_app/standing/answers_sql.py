"""Sums kept by portfolio: statements that find what is no longer right, write it anew and read it.

Parameters: ``portfolios``, ids of the people whose customers one may see (null for all), and the
``questions`` asked.
"""

from __future__ import annotations

from typing import Final

# Of what is listed one by one so many of each sort are kept: a page of them.
TOP: Final = 50
_OURS: Final = "(%(portfolios)s::bigint[] IS NULL OR {} = ANY(%(portfolios)s::bigint[]))"

# Whether the answer ``a`` has not seen the move ``m``. A snapshot does not tell of the transaction
# that took it, which counts its own moves instead.
_UNSEEN: Final = """CASE WHEN m.moved_in = a.filled_in THEN m.id > a.last_move
            ELSE NOT pg_visible_in_snapshot(m.moved_in, a.snapshot) END"""
_STALE: Final = f"""a.snapshot IS NULL OR a.server_started <> pg_postmaster_start_time() OR EXISTS (
        SELECT FROM standing_portfoliomove m WHERE m.portfolio_id = p.id AND {_UNSEEN})"""

STALE: Final = f"""
SELECT q.question, array_agg(p.id ORDER BY p.id)
FROM unnest(%(questions)s::text[]) q(question) CROSS JOIN accounts_person p
LEFT JOIN standing_keptanswer a ON a.question = q.question AND a.portfolio_id = p.id
WHERE {_OURS.format("p.id")} AND ({_STALE})
GROUP BY q.question
"""

NOTE: Final = f"""
INSERT INTO standing_keptanswer (question, portfolio_id)
SELECT q.question, p.id FROM unnest(%(questions)s::text[]) q(question) CROSS JOIN accounts_person p
WHERE {_OURS.format("p.id")}
ORDER BY 1, 2 ON CONFLICT (question, portfolio_id) DO NOTHING
"""
# Who works out an answer holds it, so that the others wait for it and then find it right.
HOLD: Final = f"""
SELECT a.id FROM standing_keptanswer a
WHERE a.question = ANY(%(questions)s::text[]) AND {_OURS.format("a.portfolio_id")}
ORDER BY a.id FOR UPDATE
"""
# The snapshot is taken before anything is read for the answers: what moves meanwhile is not seen.
BEGIN: Final = f"""
SELECT pg_current_snapshot()::text, COALESCE((
        SELECT max(m.id) FROM standing_portfoliomove m
        WHERE {_OURS.format("m.portfolio_id")} AND m.moved_in = pg_current_xact_id()), 0)
"""

# What nobody asked for any more, and moves that every answer has seen.
FORGET: Final = """
WITH gone AS (
    DELETE FROM standing_keptanswer WHERE asked_at < %(before)s
        AND question <> ALL(%(questions)s::text[])
        RETURNING id
)
DELETE FROM standing_answerpart p USING gone g WHERE p.answer_id = g.id
"""
FORGET_MOVES: Final = f"""
DELETE FROM standing_portfoliomove m
WHERE pg_visible_in_snapshot(m.moved_in, pg_current_snapshot()) AND NOT EXISTS (
    SELECT FROM standing_keptanswer a WHERE a.portfolio_id = m.portfolio_id
        AND a.snapshot IS NOT NULL AND {_UNSEEN})
"""


def fill_statement(rows: str) -> str:
    """Writes the answers of the portfolios ``filled`` to the ``question``.

    ``rows`` is a statement of their sums: ``portfolio_id``, ``owner_id``, ``rating`` (``none``
    without one), ``currency``, a ``key`` and an array of ``sums``.
    """
    return f"""
WITH noted AS (
    UPDATE standing_keptanswer SET snapshot = %(snapshot)s::pg_snapshot,
        filled_in = pg_current_xact_id(), last_move = %(last_move)s,
        server_started = pg_postmaster_start_time()
    WHERE question = %(question)s AND portfolio_id = ANY(%(filled)s::bigint[])
    RETURNING id, portfolio_id
),
gone AS (DELETE FROM standing_answerpart p USING noted n WHERE p.answer_id = n.id)
INSERT INTO standing_answerpart (answer_id, owner_id, rating, currency, key, sums)
SELECT n.id, f.owner_id, f.rating, f.currency, f.key, f.sums
FROM ({rows}) f JOIN noted n ON n.portfolio_id = f.portfolio_id
"""


def parts(name: str) -> str:
    """A statement of the kept rows of the question given as the parameter ``question_NAME``."""
    return f"""
    SELECT p.owner_id, p.rating, p.currency, p.key, p.sums
    FROM standing_keptanswer a JOIN standing_answerpart p ON p.answer_id = a.id
    WHERE a.question = %(question_{name})s AND {_OURS.format("a.portfolio_id")}"""


# What is chosen of the rows ``f``, kept or worked out; and that of one currency.
CHOSEN_OF_ALL: Final = """(%(owners)s::bigint[] IS NULL OR f.owner_id = ANY(%(owners)s::bigint[]))
      AND (%(rating)s::text IS NULL OR f.rating = %(rating)s::text)"""
CHOSEN: Final = f"""{CHOSEN_OF_ALL}
      AND (%(currency)s::text IS NULL OR f.currency = %(currency)s::text)"""
