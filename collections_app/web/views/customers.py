"""One customer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from collections_app.actions.retarget import lowers_targets
from collections_app.customers.models import Customer
from collections_app.web.access import may
from collections_app.web.pages.customer import CustomerQuestion, Rights, customer_page
from collections_app.web.requests import StaffRequest


@require_safe
def customer_detail(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Where we stand with one customer; a tab of it by ``?tab=``.

    Answers 404 for a customer outside what the person may see, so that ids cannot be probed.
    """
    visible = Customer.objects.visible_to(request.user).select_related("owner")
    customer = get_object_or_404(visible, public_id=public_id)
    may_act = may(request.user.role, "web:promise_record", write=True)
    rights = Rights(
        may_act=may_act,
        has_to_ask=may_act and not lowers_targets(request.user, customer),
        may_rate=may(request.user.role, "web:customer_rating", write=True),
    )
    page = customer_page(customer, CustomerQuestion.read(request), rights=rights)
    return render(request, "web/customers/detail.html", {"page": page})
