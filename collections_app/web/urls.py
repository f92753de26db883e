"""Pages of the staff's door."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from collections_app.web.views import (
    contacts,
    followups,
    messages,
    money,
    planning,
    promises,
    proposals,
    rates,
    reminding,
    requests,
    targets,
    terms,
    waiting,
)
from collections_app.web.views.customers import customer_detail
from collections_app.web.views.gaps import gap_dashboard, gap_export, gap_report, start
from collections_app.web.views.plans import month_plan, target_set
from collections_app.web.views.reasons import reasons, reasons_export
from collections_app.web.views.theme import theme_choose
from collections_app.web.views.today import snooze_end, snooze_put, today

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", start, name="start"),
    path("today/", today, name="today"),
    path("customers/<uuid:public_id>/snooze/", snooze_put, name="snooze_put"),
    path("customers/<uuid:public_id>/snooze/end/", snooze_end, name="snooze_end"),
    path("gaps/", gap_dashboard, name="gap_dashboard"),
    path("gaps/export/", gap_export, name="gap_export"),
    path("gaps/report/", gap_report, name="gap_report"),
    path("customers/<uuid:public_id>/", customer_detail, name="customer_detail"),
    path("rates/", rates.rates, name="rates"),
    path("rates/export/", rates.rates_export, name="rates_export"),
    path("customers/<uuid:public_id>/rating/", terms.customer_rating, name="customer_rating"),
    path(
        "customers/<uuid:public_id>/rating/undo/", terms.rating_take_back, name="rating_take_back"
    ),
    path("customers/<uuid:public_id>/regular/", terms.regular_agree, name="regular_agree"),
    path("customers/<uuid:public_id>/regular/end/", terms.regular_end, name="regular_end"),
    path(
        "customers/<uuid:public_id>/regular/undo/",
        terms.regular_take_back,
        name="regular_take_back",
    ),
    path("customers/<uuid:public_id>/plan/target/", planning.plan_target, name="plan_target"),
    path("customers/<uuid:public_id>/plan/agree/", planning.plan_agree, name="plan_agree"),
    path("customers/<uuid:public_id>/plan/ask/", planning.plan_ask, name="plan_ask"),
    path("customers/<uuid:public_id>/measures/add/", planning.measure_add, name="measure_add"),
    path("measures/<uuid:public_id>/", planning.measure_change, name="measure_change"),
    path("measures/<uuid:public_id>/undo/", planning.measure_take_back, name="measure_take_back"),
    path(
        "customers/<uuid:public_id>/commitments/add/",
        promises.promise_record,
        name="promise_record",
    ),
    path(
        "commitments/<uuid:public_id>/renegotiate/",
        promises.promise_renegotiate,
        name="promise_renegotiate",
    ),
    path("commitments/<uuid:public_id>/cancel/", promises.promise_cancel, name="promise_cancel"),
    path(
        "commitments/<uuid:public_id>/undo/", promises.promise_take_back, name="promise_take_back"
    ),
    path(
        "customers/<uuid:public_id>/requests/add/", requests.concession_ask, name="concession_ask"
    ),
    path(
        "customers/<uuid:public_id>/requests/target/",
        requests.target_cut_ask,
        name="target_cut_ask",
    ),
    path("requests/<uuid:public_id>/", requests.request_detail, name="request_detail"),
    path("requests/<uuid:public_id>/withdraw/", requests.request_withdraw, name="request_withdraw"),
    path("requests/<uuid:public_id>/seen/", requests.request_seen, name="request_seen"),
    path("reasons/", reasons, name="reasons"),
    path("reasons/export/", reasons_export, name="reasons_export"),
    path("customers/<uuid:public_id>/payments/add/", money.payment_receive, name="payment_receive"),
    path("payments/<uuid:public_id>/reverse/", money.payment_reverse, name="payment_reverse"),
    path("payments/<uuid:public_id>/pin/", money.payment_pin, name="payment_pin"),
    path("payments/<uuid:public_id>/undo/", money.payment_take_back, name="payment_take_back"),
    path("reversals/<uuid:public_id>/undo/", money.reversal_take_back, name="reversal_take_back"),
    path("customers/<uuid:public_id>/follow-up/", followups.followup_log, name="followup_log"),
    path(
        "followups/<uuid:public_id>/undo/", followups.followup_take_back, name="followup_take_back"
    ),
    path("customers/<uuid:public_id>/hold/", followups.hold_put, name="hold_put"),
    path("holds/<uuid:public_id>/lift/", followups.hold_lift, name="hold_lift"),
    path("customers/<uuid:public_id>/contacts/add/", contacts.contact_add, name="contact_add"),
    path("contacts/<uuid:public_id>/", contacts.contact_change, name="contact_change"),
    path("contacts/<uuid:public_id>/remove/", contacts.contact_remove, name="contact_remove"),
    path("customers/<uuid:public_id>/reminders/", reminding.reminder_mode, name="reminder_mode"),
    path("customers/<uuid:public_id>/reminders/stop/", reminding.mail_stop, name="mail_stop"),
    path("customers/<uuid:public_id>/reminders/go/", reminding.mail_go, name="mail_go"),
    path("evidence/<uuid:public_id>/", contacts.evidence_show, name="evidence_show"),
    path("messages/", messages.messages, name="messages"),
    path("messages/waiting/", waiting.messages_waiting, name="messages_waiting"),
    path("messages/<uuid:public_id>/", messages.message_detail, name="message_detail"),
    path("messages/<uuid:public_id>/html/", messages.message_html, name="message_html"),
    path("messages/<uuid:public_id>/resend/", messages.message_resend, name="message_resend"),
    path("imports/", include("collections_app.web.urls_imports")),
    path("plan/", month_plan, name="month_plan"),
    path("plan/proposals/", proposals.proposals, name="proposals"),
    path("plan/agree/", proposals.agree_many, name="agree_many"),
    path("plan/targets/", targets.targets_set, name="targets_set"),
    path("plan/targets/<uuid:batch>/undo/", targets.targets_take_back, name="targets_take_back"),
    path("plan/<uuid:public_id>/target/", target_set, name="target_set"),
    path("plan/<uuid:public_id>/asked/", targets.ask_set, name="ask_set"),
    path("theme/", theme_choose, name="theme_choose"),
    path("settings/", include("collections_app.web.urls_settings")),
]
