"""The product's URLs and those of the floors."""

from __future__ import annotations

from django.urls import path

from benchmarks import floors
from collections_app.urls import urlpatterns as of_the_product

urlpatterns = [
    *of_the_product,
    path("floors/ready/", floors.floor_ready, name="floor_ready"),
    path("floors/frame/", floors.floor_frame, name="floor_frame"),
]
