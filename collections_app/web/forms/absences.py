"""Who stands in for whom, and when."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Div, Layout
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.delegation import people_who_may_be_absent, people_who_may_stand_in
from collections_app.accounts.models import Person, Role
from collections_app.web.forms.base import CleanCharField, DayField, StaffForm
from collections_app.web.forms.people import PersonField


class AbsenceForm(StaffForm):
    """An absence to come, or begun, and the delegate."""

    title = _("Let somebody stand in")
    save_label = _("Let them stand in")

    person = PersonField(label=_("Absent"), queryset=Person.objects.none())
    delegate = PersonField(
        label=_("Stands in"),
        queryset=Person.objects.none(),
        help_text=_("Sees the absent person's customers and acts for them; both names are kept."),
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    note = CleanCharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, actor: Person, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("person", people_who_may_be_absent(actor))
        self._offer("delegate", people_who_may_stand_in(actor))
        if actor.role in (Role.REP, Role.MANAGER):
            self.fields["person"].initial = actor.public_id
        self.fields["starts_on"].initial = day
        self.helper.layout = Layout(
            "token",
            Div(
                "person", "delegate", "starts_on", "ends_on",
                Div("note", css_class="k-wide"), css_class="k-fields",
            ),
        )  # fmt: skip

    def _offer(self, name: str, people: QuerySet[Person]) -> None:
        self.fields[name].queryset = people.select_related("team").order_by("name")  # type: ignore[attr-defined]
