"""Settings: read from the environment, or a ``.env`` file of the checkout, and nowhere else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")


def _text(name: str, default: str = "") -> str:
    """A variable's text; one that is set but empty counts as absent."""
    return os.environ.get(name, "").strip() or default


def _kept_secret(path: Path) -> str:
    """The installation's own key, made once, whoever of several first starts comes first."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, not a rename: it never replaces the key that another start made meanwhile.
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()


# --- Where and who -----------------------------------------------------------------------------

DATA_DIR = Path(_text("DATA_DIR", str(BASE_DIR / "var"))).expanduser().resolve()
DEBUG = env.bool("DEBUG", default=False)
BASE_URL = _text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = urlsplit(BASE_URL).scheme == "https"

LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
_hosts = _text("ALLOWED_HOSTS", ",".join(LOCAL_HOSTS)).split(",")
ALLOWED_HOSTS = [host.strip() for host in _hosts if host.strip()]
_is_public = not set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS)

SECRET_KEY = _text("SECRET_KEY")
if not SECRET_KEY:
    if _is_public and not DEBUG:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS names a public host: set SECRET_KEY to a long random text of your own."
        )
    SECRET_KEY = _kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# What the organisation's settings start with; after the first start those rule. Django's own zone
# stays UTC: business dates are worked out in the organisation's.
ORGANISATION_NAME = "Kept"
ORGANISATION_TIME_ZONE = _text("TIME_ZONE", "UTC")
ORGANISATION_LANGUAGE = _text("LANGUAGE_CODE", "en").lower()
ORGANISATION_COUNTRY = _text("COUNTRY").upper()
ORGANISATION_CURRENCY = _text("CURRENCY", "CNY").upper()

MAX_UPLOAD_MB = env.int("MAX_UPLOAD_MB", default=10)
METRICS_TOKEN = _text("METRICS_TOKEN")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", default=2)

# --- Apps --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Static files are served by WhiteNoise under runserver too, as they are in production.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "js_lib_bootstrap5",
    "collections_app.jobs.apps.JobsConfig",
    "collections_app.accounts.apps.AccountsConfig",
    "collections_app.outbox.apps.OutboxConfig",
    "collections_app.organisation.apps.OrganisationConfig",
    "collections_app.customers.apps.CustomersConfig",
    "collections_app.ledger.apps.LedgerConfig",
    "collections_app.planning.apps.PlanningConfig",
    "collections_app.commitments.apps.CommitmentsConfig",
    "collections_app.followups.apps.FollowupsConfig",
    "collections_app.standing.apps.StandingConfig",
    "collections_app.notices.apps.NoticesConfig",
    "collections_app.imports.apps.ImportsConfig",
    "collections_app.cli.apps.CliConfig",
    "collections_app.web.apps.WebConfig",
]

MIDDLEWARE = [
    "collections_app.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "collections_app.web.middleware.KnownMethodsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "collections_app.web.middleware.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "collections_app.web.middleware.OneReadingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # After the sign-in, unlike Django's own: the person's language comes first.
    "collections_app.web.middleware.PersonLocaleMiddleware",
    "collections_app.web.middleware.PrivateResponseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "collections_app.web.middleware.AccessMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "collections_app.urls"
WSGI_APPLICATION = "collections_app.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Services ----------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    """The database of ``DATABASE_URL``; without it a place that names what is missing.

    ``manage.py`` sets the variable to the embedded server. Tools that only import the settings
    need no database, and what does connect fails with a path that says why.
    """
    if _text("DATABASE_URL"):
        found: dict[str, Any] = dict(env.db_url("DATABASE_URL"))
    else:
        found = {"NAME": "kept", "HOST": str(DATA_DIR / "DATABASE_URL-is-not-set")}
    is_pooled = env.bool("DATABASE_POOLED", default=False)
    options: dict[str, Any] = dict(found.get("OPTIONS", {}))
    if is_pooled:
        # The next statement may meet another connection, where nothing was prepared.
        options["prepare_threshold"] = None
    else:
        # What is prepared is planned at once for good, not only after five times.
        settled = "-c plan_cache_mode=force_generic_plan"
        options["options"] = f"{options.get('options', '')} {settled}".strip()
        options["prepare_threshold"] = 5
    return found | {
        "ENGINE": "django.db.backends.postgresql",
        "OPTIONS": options,
        "DISABLE_SERVER_SIDE_CURSORS": is_pooled,
        "ATOMIC_REQUESTS": False,
        # Each new connection plans anew.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database()}
REDIS_URL = _text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "kept",
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}

# --- Mail --------------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = _text("DEFAULT_FROM_EMAIL", "Kept <kept@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
# How the outbox reaches its mail server: the keys that django-environ gives (EMAIL_HOST,
# EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL); None: no server.
KEPT_EMAIL: dict[str, Any] | None = dict(env.email_url("EMAIL_URL")) if _text("EMAIL_URL") else None
MAIL_DIR = DATA_DIR / "mail"
# Messages by chat go to public addresses over https; only tests let them go to this machine.
CHAT_TO_LOOPBACK = False
# Where mail that came back is to be read, imaps://user:password@host/FOLDER; blank: nowhere.
BOUNCES_URL = _text("BOUNCES_URL")
# The name:password by which a mail service that tells what did not arrive is known; blank: none is.
ANYMAIL = {"WEBHOOK_SECRET": [secret] if (secret := _text("BOUNCES_SECRET")) else []}
# Only the outbox sends: what a library would send past it goes nowhere, least of all to a file.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# --- Sign-in -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.Person"
# The library's backend is Django's own plus the sign-in by e-mail.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Django sees no expression in a unique constraint: the e-mail is unique on its lower case.
# Whether sub-domains are https too, and the browsers' preload list, are the domain owner's to say.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "security.W005", "security.W021"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "collections_app.web.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# Addresses come from the administrator, so that there is nothing for the person to verify.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Kept"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- The web -----------------------------------------------------------------------------------

# `__Host-` binds a cookie to this very host, but browsers take it over https alone.
_cookie_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_cookie_prefix}language"
THEME_COOKIE_NAME = f"{_cookie_prefix}theme"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [BASE_URL] if IS_HTTPS else []
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Only a proxy that is known to set the header may say that a request came by https; without one
# a redirect would go round in circles, since what arrives here is always http.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_SSL_REDIRECT = IS_HTTPS and TRUSTED_PROXY_COUNT > 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
# allauth's own inline styles and scripts live in templates that ours replace.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = (MAX_UPLOAD_MB + 1) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_HANDLERS = [
    "collections_app.web.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Languages ---------------------------------------------------------------------------------

USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LANGUAGE_CODE = ORGANISATION_LANGUAGE if ORGANISATION_LANGUAGE in dict(LANGUAGES) else "en"
LOCALE_PATHS = [BASE_DIR / "locale"]

# --- Files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
# Hashed names need collectstatic, which the tests do without.
PLAIN_STATIC = DEBUG or env.bool("KEPT_PLAIN_STATIC", default=False)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = PLAIN_STATIC
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "evidence"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_STATIC
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Logs --------------------------------------------------------------------------------------

LOG_LEVEL = _text("LOG_LEVEL", "INFO").upper()
LOG_FORMAT = "json" if _text("LOG_FORMAT", "text").lower() == "json" else "text"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"names": {"()": "collections_app.core.logs.NamesFilter"}},
    "formatters": {
        "json": {"()": "collections_app.core.logs.JsonFormatter"},
        "text": {"format": "%(asctime)s %(levelname)s %(name)s [%(names_in_text)s] %(message)s"},
    },
    "handlers": {
        # Standard error: standard output belongs to what commands answer.
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["names"],
            "formatter": LOG_FORMAT,
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handlers are taken off, so that each line is written once.
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": LOG_LEVEL},
        # Its own handlers too, as soon as it has loaded the product.
        "gunicorn.error": {"handlers": [], "propagate": True},
        # A line for every wake-up would drown what matters.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # What they would write holds whole addresses of chats, which are secrets.
        "apprise": {"level": "CRITICAL", "propagate": False},
        "urllib3": {"level": "CRITICAL"},
    },
}

SENTRY_DSN = _text("SENTRY_DSN")
