"""In which currencies a person's customers owe."""

from __future__ import annotations

from typing import Final

from django.db import connection

from collections_app.accounts.models import Person
from collections_app.customers.portfolios import portfolios_of

# Of each portfolio one currency after the other is looked up in an index: this takes no longer the
# more customers there are.
_SEEN: Final = """
SELECT DISTINCT f.currency
FROM accounts_person p CROSS JOIN LATERAL (
    WITH RECURSIVE found (currency) AS (
        SELECT min(c.currency) FROM customers_customer c WHERE c.owner_id = p.id
        UNION ALL
        SELECT (SELECT min(c.currency) FROM customers_customer c
            WHERE c.owner_id = p.id AND c.currency > f.currency)
        FROM found f WHERE f.currency IS NOT NULL
    )
    SELECT currency FROM found WHERE currency IS NOT NULL) f
WHERE %(portfolios)s::bigint[] IS NULL OR p.id = ANY(%(portfolios)s::bigint[])
ORDER BY f.currency
"""


def currencies_seen(person: Person) -> list[str]:
    """The currencies of the customers that the person may see, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"portfolios": portfolios_of(person)})
        return [currency for (currency,) in cursor.fetchall()]
