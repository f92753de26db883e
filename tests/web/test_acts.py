"""Acting on the customer page: each form does what it says, once, and says what it did."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collections_app.accounts.models import AuditEntry
from collections_app.actions.promise import Terms, record_promise
from collections_app.commitments.models import Commitment, Instalment, Pin
from collections_app.customers.models import Contact, Customer, Evidence
from collections_app.ledger.models import Payment, Reversal
from collections_app.planning.models import Measure, MonthPlan
from collections_app.standing.figures import customer_figures
from tests.conftest import Cast
from tests.web.acting import TODAY, measure, on, promise, receive, send, text_of
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_plan,
    stand_on,
    supersede,
)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep, name="Blue River")


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


def test_a_target_is_set_as_people_write_it(rep: Client, customer: Customer) -> None:
    answer = send(rep, on(customer, "plan/target"), target="20万", seen="", reason="")
    assert answer["Location"] == f"/customers/{customer.public_id}/?month=2026-11&tab=plan"
    assert MonthPlan.objects.get().target == 200_000_00


def test_a_target_that_another_changed_is_told_with_both_values(
    rep: Client, customer: Customer
) -> None:
    make_plan(customer, 150_000)
    path = on(customer, "plan/target")
    answer = send(rep, path, target="200000", seen="", reason="A new order")
    assert answer.status_code == 409
    text = text_of(answer)
    assert "changed this to ¥150,000.00 meanwhile" in text
    assert 'value="200000"' in answer.content.decode()
    # Sending the form that came back decides with open eyes.
    again = send(rep, path, target="200000", seen="150,000", reason="A new order")
    assert again.status_code == 302
    assert MonthPlan.objects.get().target == 200_000_00


def test_an_agreement_is_kept_with_its_evidence(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    file = SimpleUploadedFile("../../plan<1>.pdf", b"%PDF-1.7 agreed", "text/html")
    answer = send(
        rep, on(customer, "plan/agree"), agreed_with="Mr Li", agreed_on=TODAY,
        channel="visit", seen="150,000", evidence=file,
    )  # fmt: skip
    assert answer.status_code == 302
    evidence = Evidence.objects.get()
    assert MonthPlan.objects.get().agreed_evidence == evidence
    got = rep.get(f"/evidence/{evidence.public_id}/")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 agreed"  # type: ignore[attr-defined]
    assert got["Content-Type"] == "application/pdf"
    assert got["Content-Disposition"].startswith("attachment")


def test_evidence_is_judged_by_its_content(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    page = BytesIO(b"<script>alert(1)</script>")
    page.name = "photo.png"
    answer = send(
        rep, on(customer, "plan/agree"), agreed_with="Mr Li", agreed_on=TODAY,
        channel="visit", seen="150,000", evidence=page,
    )  # fmt: skip
    assert answer.status_code == 422
    assert "Only a PDF or a photo" in text_of(answer)
    assert MonthPlan.objects.get().agreed_on is None


def test_evidence_that_is_too_large_saves_nothing(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7" + b"x" * 1024 * 1024 * settings.MAX_UPLOAD_MB)
    answer = send(
        rep, on(customer, "plan/agree"), agreed_with="Mr Li", agreed_on=TODAY,
        channel="visit", seen="150,000", evidence=file,
    )  # fmt: skip
    assert answer.status_code == 422
    assert "The file is too large" in text_of(answer)
    assert MonthPlan.objects.get().agreed_on is None


def test_anothers_evidence_does_not_exist(customer: Customer, cast: Cast, client: Client) -> None:
    kept = Evidence.objects.create(
        customer=customer, stored_as="x", filename="x.pdf", content_type="application/pdf",
        bytes=1, sha256="0",
    )  # fmt: skip
    client.force_login(cast.west_rep)
    assert client.get(f"/evidence/{kept.public_id}/").status_code == 404


def test_having_asked_is_recorded(rep: Client, customer: Customer) -> None:
    send(rep, on(customer, "plan/ask"), asked_on=TODAY, answer="no_answer")
    plan = MonthPlan.objects.get()
    assert (plan.asked_on, plan.answer, plan.ask_again_on) == (DAY, "no_answer", None)


def test_what_was_put_off_needs_a_day_to_ask_again(rep: Client, customer: Customer) -> None:
    values = {"asked_on": TODAY, "answer": "put_off"}
    for again in ("", TODAY):
        answer = send(rep, on(customer, "plan/ask"), **values, ask_again_on=again)
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {"ask_again_on"}
    send(rep, on(customer, "plan/ask"), **values, ask_again_on="2026-11-27")
    assert MonthPlan.objects.get().ask_again_on == day(27)


def test_a_measure_starts_with_what_is_uncovered(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    assert 'value="150,000"' in rep.get(on(customer, "measures/add")).content.decode()


def test_a_measure_is_added_and_can_be_undone(rep: Client, customer: Customer) -> None:
    measure(rep, customer)
    made = Measure.objects.get()
    assert made.expected_uplift == 40_000_00
    undo = f"/measures/{made.public_id}/undo/"
    assert undo in rep.get(f"/customers/{customer.public_id}/").content.decode()
    rep.post(undo)
    assert not Measure.objects.exists()


def test_a_measure_done_says_what_it_brought(rep: Client, customer: Customer) -> None:
    measure(rep, customer)
    made = Measure.objects.get()
    send(
        rep, f"/measures/{made.public_id}/", description="Voucher", expected_uplift="40000",
        status="done", realised_uplift="38,500", owner=str(customer.owner.public_id),
        seen_status="planned", seen_uplift="40000",
    )  # fmt: skip
    made.refresh_from_db()
    assert (made.status, made.realised_uplift) == ("done", 38_500_00)


def test_a_measure_changed_meanwhile_is_told(rep: Client, customer: Customer) -> None:
    measure(rep, customer)
    made = Measure.objects.get()
    answer = send(
        rep, f"/measures/{made.public_id}/", expected_uplift="1", status="done",
        realised_uplift="1", owner=str(customer.owner.public_id), seen_status="in_progress",
        seen_uplift="40000",
    )  # fmt: skip
    assert answer.status_code == 409
    assert 'name="seen_status" value="planned"' in answer.content.decode()


def test_what_a_measure_brought_is_not_overwritten_by_who_had_not_seen_it(
    rep: Client, customer: Customer
) -> None:
    measure(rep, customer)
    made = Measure.objects.get()
    path = f"/measures/{made.public_id}/"
    form = rep.get(path).context["form"]
    stale = {name: form[name].value() or "" for name in form.fields if name != "token"}
    Measure.objects.update(realised_uplift=38_500_00)
    # What was left as it was seen stays as it is by now.
    assert send(rep, path, **{**stale, "description": "Two vouchers"}).status_code == 302
    made.refresh_from_db()
    assert (made.realised_uplift, made.description) == (38_500_00, "Two vouchers")
    answer = send(rep, path, **{**stale, "realised_uplift": "5"})
    assert answer.status_code == 409
    assert "Now: 38,500" in text_of(answer)
    made.refresh_from_db()
    assert made.realised_uplift == 38_500_00


def test_a_promise_is_recorded_and_counts_at_once(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    assert promise(rep, customer).status_code == 302
    (row,) = customer_figures(MONTH, on=DAY)
    assert (row.committed, row.commitment_gap) == (100_000_00, 50_000_00)


def test_a_promise_starts_with_the_gap_in_three_segments(rep: Client, customer: Customer) -> None:
    make_plan(customer, 150_000)
    form = rep.get(on(customer, "commitments/add")).context["form"]
    # The 10th and the 20th are past: what is left of the month is its last segment.
    assert [(r[1].value(), r[2].value()) for r in form.row_fields()] == [(day(30), "150,000")]


def test_a_preset_cuts_the_total_and_keeps_what_was_typed(rep: Client, customer: Customer) -> None:
    answer = send(
        rep, f"/customers/{customer.public_id}/commitments/add/?month=2026-12", preset="segments",
        rows=1, total="100,000", made_on=TODAY, channel="visit", note="Keep me",
    )  # fmt: skip
    assert answer.status_code == 200
    form = answer.context["form"]
    assert [(r[1].value(), r[2].value()) for r in form.row_fields()] == [
        ("2026-12-10", "33,333.33"),
        ("2026-12-18", "33,333.33"),
        ("2026-12-31", "33,333.34"),
    ]
    assert form["note"].value() == "Keep me"
    assert not Commitment.objects.exists()


def test_one_more_row_keeps_the_rows_there_are(rep: Client, customer: Customer) -> None:
    answer = promise(rep, customer, preset="add")
    rows = answer.context["form"].row_fields()
    assert [r[2].value() for r in rows] == ["6万", "40,000", None]


def test_what_a_promise_will_do_is_shown_before_it_is_saved(
    rep: Client, customer: Customer
) -> None:
    make_plan(customer, 150_000)
    text = text_of(promise(rep, customer, preview="1"))
    assert "Commitment gap" in text
    assert "50,000" in text
    assert not Commitment.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"made_on": "2026-11-18"}, "within two working days"),
        ({"due_1": "2026-11-20"}, "before today"),
        ({"amount_1": "12,3,4"}, "12,3,4"),
        ({"amount_1": ""}, "Fill this in."),
        ({"due_2": "", "amount_2": "", "due_1": "", "amount_1": ""}, "at least one instalment"),
    ],
)
def test_a_bad_promise_is_told_beside_its_field_and_nothing_typed_is_lost(
    rep: Client, customer: Customer, values: dict[str, str], sentence: str
) -> None:
    answer = promise(rep, customer, note="Keep me", **values)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'id="form-errors"' in answer.content.decode()
    assert 'value="Keep me"' in answer.content.decode()
    assert not Commitment.objects.exists()


def test_a_form_sent_twice_makes_one_promise(rep: Client, customer: Customer) -> None:
    token = uuid4()
    first, second = (promise(rep, customer, token=token) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Commitment.objects.count() == 1


def test_a_renegotiation_shows_old_against_new_and_replaces(
    rep: Client, customer: Customer
) -> None:
    former = make_commitment(customer, (day(28), 50_000), reference="OLD")
    path = f"/commitments/{former.public_id}/renegotiate/"
    assert "Promised so far" in text_of(rep.get(path))
    values = {"rows": 1, "due_1": "2026-11-30", "amount_1": "50000", "made_on": TODAY}
    answer = send(rep, path, reason="Cash is short", asked_by="customer", channel="phone", **values)
    assert answer.status_code == 302
    former.refresh_from_db()
    assert (former.ending, former.end_asked_by) == ("superseded", "customer")


def test_a_cancellation_needs_a_reason_and_stays_on_record(rep: Client, customer: Customer) -> None:
    former = make_commitment(customer, (day(28), 50_000))
    path = f"/commitments/{former.public_id}/cancel/"
    assert send(rep, path, reason="").status_code == 422
    send(rep, path, reason="Goods sent back")
    history = text_of(rep.get(f"/customers/{customer.public_id}/?tab=history&show=record"))
    assert "Cancelled a promise" in history
    assert "Goods sent back" in history


def test_a_payment_shows_which_promise_it_fills_before_it_is_saved(
    rep: Client, customer: Customer
) -> None:
    make_commitment(customer, (day(28), 500), reference="OPEN-1")
    stand_on()
    text = text_of(receive(rep, customer, preview="1"))
    assert "OPEN-1" in text
    assert not Payment.objects.exists()
    receive(rep, customer)
    assert Payment.objects.get().amount == 300_00


def test_a_payment_is_reversed_and_pinned_by_hand(rep: Client, customer: Customer) -> None:
    first = make_commitment(customer, (day(27), 500), reference="FIRST")
    second = make_commitment(customer, (day(28), 500), reference="SECOND")
    receive(rep, customer)
    payment = Payment.objects.get()
    target = f"{second.public_id}-1"
    send(rep, f"/payments/{payment.public_id}/pin/", instalment=target, seen="")
    assert Pin.objects.get().instalment.commitment == second
    stale = send(rep, f"/payments/{payment.public_id}/pin/", instalment="", seen="")
    assert stale.status_code == 409
    path = f"/payments/{payment.public_id}/reverse/"
    assert send(rep, path, amount="301", received_on=TODAY).status_code == 422
    send(rep, path, amount="100", received_on=TODAY, note="Bounced")
    assert Reversal.objects.get().amount == 100_00
    assert first.pk != second.pk


def test_a_pin_to_a_promise_that_has_ended_since_can_be_taken_off(
    rep: Client, customer: Customer
) -> None:
    former = make_commitment(customer, (day(28), 500), reference="FORMER")
    receive(rep, customer)
    path = f"/payments/{Payment.objects.get().public_id}/pin/"
    send(rep, path, instalment=f"{former.public_id}-1", seen="")
    supersede(former, make_commitment(customer, (day(30), 500)), on=day(20))
    seen = rep.get(path).context["form"]["seen"].value()
    assert send(rep, path, instalment="", seen=seen).status_code == 302
    assert not Pin.objects.exists()


def test_a_contact_is_added_changed_and_removed(rep: Client, customer: Customer) -> None:
    add = f"/customers/{customer.public_id}/contacts/add/"
    send(rep, add, name="Li Wei", phone="138", email="", language="zh-hans")
    contact = Contact.objects.get()
    assert contact.is_primary
    send(rep, f"/contacts/{contact.public_id}/", name="Li Wei", phone="139", language="en")
    contact.refresh_from_db()
    assert contact.phone == "139"
    rep.post(f"/contacts/{contact.public_id}/remove/")
    assert not Contact.objects.exists()
    assert AuditEntry.objects.filter(subject_kind="contact").count() == 3


ACTS = (
    "plan/target", "plan/agree", "plan/ask", "measures/add", "commitments/add", "payments/add",
    "contacts/add",
)  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_a_customer_that_is_not_theirs_does_not_exist(
    customer: Customer, cast: Cast, client: Client, act: str
) -> None:
    client.force_login(cast.west_rep)
    assert client.get(on(customer, act)).status_code == 404
    assert send(client, on(customer, act)).status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_finance_reads_and_does_not_act(
    customer: Customer, cast: Cast, client: Client, act: str
) -> None:
    client.force_login(cast.finance)
    assert client.get(on(customer, act)).status_code == 403
    page = client.get(f"/customers/{customer.public_id}/").content.decode()
    assert "Record a promise" not in page


def test_a_manager_acts_for_a_customer_of_their_team(
    customer: Customer, cast: Cast, client: Client
) -> None:
    client.force_login(cast.east_manager)
    assert promise(client, customer).status_code == 302
    assert AuditEntry.objects.get(verb="record").actor == cast.east_manager


def test_undoing_a_promise_entered_today_leaves_none(rep: Client, customer: Customer) -> None:
    made = record_promise(
        customer=customer, terms=Terms(made_on=DAY, instalments=[(day(30), 5)]),
        by=customer.owner, on=DAY,
    )  # fmt: skip
    rep.post(f"/commitments/{made.public_id}/undo/")
    assert (Commitment.objects.count(), Instalment.objects.count()) == (0, 0)
