"""The mail log and the jobs in the browser: sound, and mail is shown as a mail program shows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import look_of
from tests.web.facts import make_customer, stand_on
from tests.web.mail import make_message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RED = "rgb(255, 0, 0)"


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", "desk"), ("zh", "dark", "phone")]
)
def test_mail_and_jobs_are_sound(
    watched: Watched, cast: Cast, language: str, theme: str, width: str
) -> None:
    customer = make_customer(cast.east_rep, name="Blue River Parts")
    sent = make_message(customer, to=cast.east_rep)
    dead = make_message(
        customer, to=cast.east_rep, state="dead", reason="bounced", sent_at=None,
        last_error="550 5.1.1 no such user", body_html="",
    )  # fmt: skip
    stand_on()
    look_of(watched, cast.admin, language=language, theme=theme, width=width)
    paths = [f"/messages/{message.public_id}/" for message in (sent, dead)]
    faults = {}
    for path in ["/messages/", "/messages/?q=nobody", *paths, "/settings/jobs/"]:
        if found := faults_of(watched.goto(path)):
            faults[path] = found
    assert faults == {}


def test_a_mail_is_read_as_it_was_sent_and_sent_once_more(watched: Watched, cast: Cast) -> None:
    customer = make_customer(cast.east_rep, name="Blue River Parts")
    make_message(customer, to=cast.east_rep, body_html='<p style="color: red">Words</p>')
    stand_on()
    watched.sign_in(cast.east_manager)
    page = watched.page
    page.get_by_role("link", name="Mail").click()
    page.get_by_role("link", name="Lapsed promise", exact=True).click()
    words = page.frame_locator("iframe").locator("p")
    expect(words).to_have_text("Words")
    expect(words).to_have_css("color", RED)
    page.get_by_role("button", name="Send once more").click()
    expect(page.get_by_text("The message is queued and leaves at once.")).to_be_visible()
    page.get_by_role("link", name="the first message").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("sent")
