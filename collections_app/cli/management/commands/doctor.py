"""``manage.py doctor``: is the installation healthy, and what to do if not."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from collections_app.cli.output import DONE, REJECTED, Answer, JsonCommand, table
from collections_app.upkeep.doctor import examine


class Command(JsonCommand):
    help = "Look whether the installation is healthy, and say what to do if not."
    needs_schema = False

    def run(self, **options: Any) -> Answer:
        findings = examine()
        ok = all(finding.ok for finding in findings)
        rows = [[f.name, "ok" if f.ok else "NOT WELL", f.message] for f in findings]
        return Answer(
            {"ok": ok, "checks": [asdict(finding) for finding in findings]},
            table(("check", "", "what was found"), rows),
            status=DONE if ok else REJECTED,
        )
