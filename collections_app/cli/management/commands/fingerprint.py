"""``manage.py fingerprint``: is it the same data?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from collections_app.cli.output import Answer, JsonCommand, table
from collections_app.upkeep.fingerprint import fingerprint, whole


class Command(JsonCommand):
    help = "Checksums that are equal if and only if the business data is."

    def run(self, **options: Any) -> Answer:
        tables = fingerprint()
        data = {"tables": {n: asdict(t) for n, t in tables.items()}, "sha256": whole(tables)}
        rows = [(name, str(t.rows), t.sha256[:16]) for name, t in tables.items()]
        text = table(("table", "rows", "sha256"), rows, right=(1,))
        return Answer(data, f"{text}\n{data['sha256']}")
