"""What holds for mail of every kind: its own paper, one language, lines that break, no forgery."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.notices import samples
from collections_app.notices.recheck import prepare
from collections_app.notices.secret_mail import KINDS, send_secret_link
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from collections_app.outbox.channels import mail_of
from collections_app.outbox.delivery import Rendered
from collections_app.outbox.models import Message
from collections_app.upkeep.texts import compile_texts
from tests.builders import make_person

FOLDERS = Path(settings.BASE_DIR) / "templates" / "emails"
# Those to customers have tests of their own.
TO_STAFF = sorted({path.parent.name for path in FOLDERS.glob("*/body.html")})
TO_STAFF = [name for name in TO_STAFF if name not in ("due_soon", "lapsed_customer")]
FORGED = "Zhou\r\nBcc: evil@c.test\r\n\r\nX: y"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{3,}")
HEADERS = {
    "Subject", "From", "To", "Message-ID", "Date", "Auto-Submitted", "MIME-Version",
    "Content-Type",
}  # fmt: skip
Mail = Callable[[str, str, str], tuple[Message, Rendered]]


@pytest.fixture
def mail(db: None, monkeypatch: pytest.MonkeyPatch) -> Mail:
    """A mail of a folder, in a language, with a name for all that has one."""
    compile_texts()
    organisation()

    def word(folder: str, language: str, name: str) -> tuple[Message, Rendered]:
        Organisation.objects.update(name=name)
        person = make_person("Q", language=language)
        Person.objects.filter(pk=person.pk).update(name=name)
        if folder in KINDS:
            message = send_secret_link(person=person, kind=folder)
            said = prepare(message)
            assert isinstance(said, Rendered)
            return message, said
        monkeypatch.setattr(samples, "CUSTOMER", (name, "9"))
        message = Message(
            kind=folder, to_address="q@kept.test", language=language, created_at=now()
        )
        message.dated_at, message.message_id = now(), "<1@kept.test>"
        return message, samples.sample(folder, name=name, language=language)

    return word


def seen(html: str) -> str:
    """What a reader sees of a page: no marks, no addresses of links."""
    return re.sub(r"<[^>]+>", " ", html.partition("<body")[2].partition(">")[2])


@pytest.mark.parametrize("folder", TO_STAFF)
def test_each_language_is_whole(mail: Mail, folder: str) -> None:
    _message, english = mail(folder, "en", "Q")
    for text in (english.subject, english.text, seen(english.html)):
        assert not CHINESE.search(text)
    _message, chinese = mail(folder, "zh-hans", "王磊")
    names = re.compile(r"https?://\S+|Kept|CNY|P-1001|\S+@kept\.test")
    for text in (chinese.subject, chinese.text, seen(chinese.html)):
        assert LATIN.findall(names.sub("", text)) == []


@pytest.mark.parametrize("folder", TO_STAFF)
def test_no_name_forges_a_header(mail: Mail, folder: str) -> None:
    message, said = mail(folder, "en", FORGED)
    message.subject, message.body_text, message.body_html = said.subject, said.text, said.html
    sent = mail_of(message)
    assert set(sent.keys()) <= HEADERS
    head = sent.as_bytes().split(b"\r\n\r\n", 1)[0]
    assert not re.search(rb"^(Bcc|X):", head, re.MULTILINE)


@pytest.mark.parametrize("path", sorted(FOLDERS.glob("*/body.html")), ids=lambda p: p.parent.name)
def test_each_kind_brings_its_own_paper(path: Path) -> None:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first in (
        '{% extends "emails/to_staff.html" %}',
        '{% extends "emails/to_customer.html" %}',
    )
    base = (FOLDERS / first.split("/")[1].split('"')[0]).read_text(encoding="utf-8")
    assert base.startswith('{% extends "emails/paper.html" %}')


@pytest.mark.parametrize("folder", TO_STAFF)
def test_an_amount_is_never_broken(mail: Mail, folder: str) -> None:
    _message, said = mail(folder, "en", "Q")
    cells = re.findall(r"<td([^>]*)>(?:<[^>]+>)?(CNY [\d.,]+)", said.html)
    assert [amount for marks, amount in cells if "nowrap" not in marks] == []
