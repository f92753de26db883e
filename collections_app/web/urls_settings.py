"""Pages of the settings."""

from __future__ import annotations

from django.urls import URLPattern, path

from collections_app.web.views import (
    absences,
    calendar,
    chat,
    hand_over,
    jobs,
    organisation,
    people,
    profile,
    reminding,
    teams,
    wording,
)

urlpatterns: list[URLPattern] = [
    path("", profile.settings, name="settings"),
    path("profile/", profile.profile, name="profile"),
    path("profile/chat/", chat.chat, name="chat"),
    path("profile/chat/try/", chat.chat_try, name="chat_try"),
    path("profile/chat/remove/", chat.chat_remove, name="chat_remove"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<uuid:public_id>/end/", absences.absence_end, name="absence_end"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_invite, name="person_invite"),
    path("people/<uuid:public_id>/", people.person_edit, name="person_edit"),
    path("people/<uuid:public_id>/disable/", people.person_disable, name="person_disable"),
    path("people/<uuid:public_id>/enable/", people.person_enable, name="person_enable"),
    path("people/<uuid:public_id>/link/", people.person_link, name="person_link"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.team_make, name="team_make"),
    path("teams/<uuid:public_id>/", teams.team_edit, name="team_edit"),
    path("teams/<uuid:public_id>/remove/", teams.team_remove, name="team_remove"),
    path("teams/<uuid:public_id>/managers/", teams.team_manager_add, name="team_manager_add"),
    path(
        "teams/<uuid:public_id>/managers/<uuid:person_id>/remove/",
        teams.team_manager_remove,
        name="team_manager_remove",
    ),
    path("hand-over/", hand_over.hand_over, name="hand_over"),
    path("hand-over/<uuid:public_id>/", hand_over.hand_over_choose, name="hand_over_choose"),
    path(
        "hand-over/<uuid:public_id>/confirm/",
        hand_over.hand_over_confirm,
        name="hand_over_confirm",
    ),
    path("policies/", organisation.policies, name="policies"),
    path("policies/teams/<uuid:public_id>/", organisation.team_policies, name="team_policies"),
    path(
        "policies/teams/<uuid:public_id>/<str:rating>/",
        organisation.team_policy_change,
        name="team_policy_change",
    ),
    path(
        "policies/teams/<uuid:public_id>/<str:rating>/give-up/",
        organisation.team_policy_give_up,
        name="team_policy_give_up",
    ),
    path("policies/<str:rating>/", organisation.policy_change, name="policy_change"),
    path("wording/", wording.wording, name="wording"),
    path("wording/<slug:mail>/<slug:language>/", wording.wording_change, name="wording_change"),
    path("wording/<slug:mail>/<slug:language>/html/", wording.wording_html, name="wording_html"),
    path("wording/<slug:mail>/<slug:language>/try/", wording.wording_try, name="wording_try"),
    path("wording/<slug:mail>/<slug:language>/reset/", wording.wording_reset, name="wording_reset"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<slug:job>/run/", jobs.job_run, name="job_run"),
    path("mail/", reminding.mail_stops, name="mail_stops"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/new/", calendar.calendar_day_add, name="calendar_day_add"),
    path("calendar/country/", calendar.calendar_country, name="calendar_country"),
    path("calendar/<str:day>/remove/", calendar.calendar_day_remove, name="calendar_day_remove"),
]
