"""The frame of a page: theme, languages, icons."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from collections_app.web.context import Frame, frame_of

register = template.Library()


@register.simple_tag(takes_context=True)
def frame(context: dict[str, Any]) -> Frame:
    """What the frame of the page needs to know, error pages included."""
    return frame_of(context.get("request"))


@register.simple_tag
def once_token() -> SafeString:
    """The token of a form that is nothing but its button: sent twice, it acts once."""
    return format_html('<input type="hidden" name="token" value="{}">', uuid4())


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A symbol of the sprite; the word beside it says what it means."""
    return _icon(static("icons.svg"), name, extra)


@lru_cache(maxsize=256)
def _icon(sprite: str, name: str, extra: str) -> SafeString:
    return format_html(
        '<svg class="k-icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        extra,
        sprite,
        name,
    )
