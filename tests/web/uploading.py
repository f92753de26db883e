"""Files as people upload them, and the worker that the tests are themselves."""

from __future__ import annotations

import html
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collections_app.accounts.models import Person
from collections_app.imports.models import ImportJob
from collections_app.imports.tasks import run_job
from tests.web.facts import make_customer

HEAD = "reference,customer_code,received_on,amount,memo\n"
GOOD = HEAD + "M1,ACME,2026-11-20,1000.00,\nM2,ACME,2026-11-21,250.50,x\n"
BAD = GOOD + "M3,NOBODY,2026-11-21,10.00,=1+1\nM4,ACME,soon,5.00,\nM5,ACME,2026-11-22,twelve,\n"


def upload(
    client: Client,
    person: Person,
    text: str | bytes,
    *,
    kind: str = "payments",
    name: str = "bank.csv",
    token: uuid.UUID | None = None,
    **fields: str,
) -> int:
    """The status of the answer to an upload."""
    client.force_login(person)
    data = text.encode() if isinstance(text, str) else text
    answer = client.post(
        "/imports/new/",
        {
            "kind": kind,
            "file": SimpleUploadedFile(name, data),
            "token": str(token or uuid.uuid4()),
            **fields,
        },
    )
    return answer.status_code


def checked(client: Client, person: Person, text: str | bytes, **fields: Any) -> ImportJob:
    """An upload that a worker has looked at."""
    make_acme(person)
    assert upload(client, person, text, **fields) == 302
    run_job()
    return ImportJob.objects.latest("pk")


def make_acme(person: Person) -> None:
    """The customer that the files speak of."""
    make_customer(person, name="Acme", code="ACME")


def decide(client: Client, job: ImportJob, verb: str = "confirm", *, skip: bool = False) -> int:
    """The status of the answer to a decision about the upload."""
    fields = {"token": str(uuid.uuid4())} | ({"skip_bad_rows": "on"} if skip else {})
    return client.post(f"/imports/{job.public_id}/{verb}/", fields).status_code


def page_of(client: Client, path: str) -> str:
    """A page that answers, its texts unescaped and blanks made one."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return " ".join(html.unescape(answer.content.decode()).split())


def job_page_of(client: Client, job: ImportJob, query: str = "") -> str:
    """The page of the upload."""
    return page_of(client, f"/imports/{job.public_id}/{query}")
