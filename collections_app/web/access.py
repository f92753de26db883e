"""The one table that says who may use which URL: deny by default, whatever a view forgets.

``AccessMiddleware`` holds it against every request, and the tests make their matrix of it. Whose
rows one sees is another matter: every view loads through ``visible_to``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from collections_app.accounts.models import Role

ALL: Final = frozenset(Role.values)
SELLING: Final = frozenset({Role.REP, Role.MANAGER, Role.ADMIN})
IMPORTING: Final = frozenset({Role.FINANCE, Role.ADMIN})
ADMIN: Final = frozenset({Role.ADMIN})
HANDING: Final = frozenset({Role.MANAGER, Role.ADMIN})
NOBODY: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Door:
    """Who may look (``read``: GET, HEAD) and act (``write``: all else), by role.

    ``of`` names what the URL's public id is of: something of a customer's, an upload, a person, a
    team. To those who may not see it, it does not exist.
    """

    read: frozenset[str] = NOBODY
    write: frozenset[str] = NOBODY
    of: str = ""
    is_public: bool = False


PUBLIC: Final = Door(is_public=True)
OWN: Final = Door(read=ALL, write=ALL)
ADMINS: Final = Door(read=ADMIN, write=ADMIN)

ACCESS: Final[dict[str, Door]] = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,  # of itself it asks for a token, but of whoever is on this machine
    "bounces": PUBLIC,  # of itself it asks for a name and password
    "set_language": PUBLIC,
    "web:theme_choose": PUBLIC,
    # Signing in, and one's own account
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_reauthenticate": OWN,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "mfa_authenticate": PUBLIC,
    "mfa_reauthenticate": OWN,
    "mfa_index": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_view_recovery_codes": OWN,
    "mfa_download_recovery_codes": OWN,
    # Settings
    "web:settings": Door(read=ALL),
    "web:profile": OWN,
    "web:chat": OWN,
    "web:chat_try": Door(write=ALL),
    "web:chat_remove": Door(write=ALL),
    "web:absences": Door(read=SELLING, write=SELLING),
    "web:absence_end": Door(write=SELLING, of="absence"),
    "web:people": Door(read=ADMIN),
    "web:person_invite": ADMINS,
    "web:person_edit": Door(read=ADMIN, write=ADMIN, of="person"),
    "web:person_disable": Door(read=ADMIN, write=ADMIN, of="person"),
    "web:person_enable": Door(write=ADMIN, of="person"),
    "web:person_link": Door(write=ADMIN, of="person"),
    "web:teams": Door(read=ADMIN),
    "web:team_make": ADMINS,
    "web:team_edit": Door(read=ADMIN, write=ADMIN, of="team"),
    "web:team_remove": Door(read=ADMIN, write=ADMIN, of="team"),
    "web:team_manager_add": Door(read=ADMIN, write=ADMIN, of="team"),
    "web:team_manager_remove": Door(write=ADMIN, of="team"),
    "web:hand_over": Door(read=HANDING),
    "web:hand_over_choose": Door(read=HANDING, of="person"),
    "web:hand_over_confirm": Door(read=HANDING, write=HANDING, of="person"),
    "web:policies": Door(read=HANDING),
    "web:team_policies": Door(read=HANDING, of="managed_team"),
    "web:team_policy_change": Door(read=HANDING, write=HANDING, of="managed_team"),
    "web:team_policy_give_up": Door(read=HANDING, write=HANDING, of="managed_team"),
    "web:policy_change": ADMINS,
    "web:mail_stops": Door(read=HANDING, write=HANDING),  # of teams that one sets policies for
    "web:organisation": ADMINS,
    "web:wording": Door(read=ADMIN),
    "web:wording_change": ADMINS,
    "web:wording_html": Door(read=ADMIN),
    "web:wording_try": Door(write=ADMIN),
    "web:wording_reset": Door(write=ADMIN),
    "web:jobs": Door(read=ADMIN),
    "web:job_run": Door(write=ADMIN),
    "web:calendar": Door(read=ADMIN),
    "web:calendar_day_add": ADMINS,
    "web:calendar_day_remove": ADMINS,
    "web:calendar_country": ADMINS,
    # Figures
    "web:start": Door(read=ALL),
    "web:today": Door(read=SELLING),
    "web:snooze_put": Door(read=SELLING, write=SELLING, of="customer"),
    "web:snooze_end": Door(write=SELLING, of="customer"),
    "web:gap_dashboard": Door(read=ALL),
    "web:gap_export": Door(read=ALL),
    "web:gap_report": Door(read=ALL),
    # What reps ask for; who may decide which, the operation says
    "web:reasons": Door(read=ALL),
    "web:reasons_export": Door(read=ALL),
    "web:concession_ask": Door(read=SELLING, write=SELLING, of="customer"),
    "web:target_cut_ask": Door(read=SELLING, write=SELLING, of="customer"),
    "web:request_detail": Door(read=ALL, write=HANDING, of="request"),
    "web:request_withdraw": Door(write=SELLING, of="request"),
    "web:request_seen": Door(write=SELLING, of="request"),
    "web:rates": Door(read=ALL),
    "web:rates_export": Door(read=ALL),
    # Mail: to oneself, or about customers that one may see
    "web:messages": Door(read=ALL),
    "web:message_detail": Door(read=ALL, of="message"),
    "web:message_html": Door(read=ALL, of="message"),
    "web:message_resend": Door(write=SELLING, of="message"),
    "web:messages_waiting": Door(read=SELLING, write=SELLING),  # of customers that are one's own
    # Imports: what a role may import is the operation's to say; jobs and records are their
    # person's own, and finance and administrators see all
    "web:imports": Door(read=ALL),
    "web:import_upload": Door(read=ALL, write=ALL),
    "web:import_columns": Door(read=ALL),
    "web:import_template": Door(read=ALL),
    "web:import_record": Door(read=ALL, of="import_record"),
    "web:import_job": Door(read=ALL, of="import_job"),
    "web:import_progress": Door(read=ALL, of="import_job"),
    "web:import_rejected": Door(read=ALL, of="import_job"),
    "web:import_confirm": Door(write=ALL, of="import_job"),
    "web:import_cancel": Door(write=ALL, of="import_job"),
    # The month plan
    "web:month_plan": Door(read=ALL),
    "web:target_set": Door(write=SELLING, of="customer"),
    "web:proposals": Door(read=SELLING),
    "web:agree_many": Door(read=SELLING, write=SELLING),
    "web:targets_set": Door(write=SELLING),
    "web:targets_take_back": Door(write=SELLING),  # of one's own making alone
    "web:ask_set": Door(write=SELLING, of="customer"),
    # One customer
    "web:customer_detail": Door(read=ALL, of="customer"),
    "web:customer_rating": Door(read=HANDING, write=HANDING, of="customer"),
    "web:rating_take_back": Door(write=HANDING, of="customer"),
    "web:regular_agree": Door(read=SELLING, write=SELLING, of="customer"),
    "web:regular_end": Door(read=SELLING, write=SELLING, of="customer"),
    "web:regular_take_back": Door(write=SELLING, of="customer"),
    "web:plan_target": Door(read=SELLING, write=SELLING, of="customer"),
    "web:plan_agree": Door(read=SELLING, write=SELLING, of="customer"),
    "web:plan_ask": Door(read=SELLING, write=SELLING, of="customer"),
    "web:measure_add": Door(read=SELLING, write=SELLING, of="customer"),
    "web:measure_change": Door(read=SELLING, write=SELLING, of="measure"),
    "web:measure_take_back": Door(write=SELLING, of="measure"),
    "web:promise_record": Door(read=SELLING, write=SELLING, of="customer"),
    "web:promise_renegotiate": Door(read=SELLING, write=SELLING, of="commitment"),
    "web:promise_cancel": Door(read=SELLING, write=SELLING, of="commitment"),
    "web:promise_take_back": Door(write=SELLING, of="commitment"),
    "web:payment_receive": Door(read=SELLING, write=SELLING, of="customer"),
    "web:payment_reverse": Door(read=SELLING, write=SELLING, of="payment"),
    "web:payment_pin": Door(read=SELLING, write=SELLING, of="payment"),
    "web:payment_take_back": Door(write=SELLING, of="payment"),
    "web:reversal_take_back": Door(write=SELLING, of="reversal"),
    "web:followup_log": Door(read=SELLING, write=SELLING, of="customer"),
    "web:followup_take_back": Door(write=SELLING, of="followup"),
    "web:hold_put": Door(read=SELLING, write=SELLING, of="customer"),
    "web:hold_lift": Door(write=SELLING, of="hold"),
    "web:contact_add": Door(read=SELLING, write=SELLING, of="customer"),
    "web:contact_change": Door(read=SELLING, write=SELLING, of="contact"),
    "web:contact_remove": Door(write=SELLING, of="contact"),
    "web:reminder_mode": Door(read=SELLING, write=SELLING, of="customer"),
    "web:mail_stop": Door(read=SELLING, write=SELLING, of="customer"),
    "web:mail_go": Door(write=SELLING, of="customer"),
    "web:evidence_show": Door(read=ALL, of="evidence"),
}


def may(role: str, name: str, *, write: bool = False) -> bool:
    """Whether a role may look at the URL of that name, or act by it; never for an unknown one."""
    door = ACCESS.get(name)
    if door is None:
        return False
    return door.is_public or role in (door.write if write else door.read)
