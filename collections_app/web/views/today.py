"""Today: what a rep does now."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from collections_app.web.pages.today import TodayQuestion, today_page
from collections_app.web.requests import StaffRequest


@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """What wants doing for the customers that the person sees; one kind of it by ``?show=``."""
    page = today_page(TodayQuestion.read(request), by=request.user)
    return render(request, "web/today/list.html", {"page": page})
