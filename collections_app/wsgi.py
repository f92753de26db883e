"""The door for gunicorn: ``gunicorn collections_app.wsgi``."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collections_app.settings")

application = get_wsgi_application()
# What every request needs is read before gunicorn forks, and left alone by the garbage collector,
# so that its processes go on sharing it.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
