"""Every setting of the console, read from the environment. `.env.example` lists them with words.

With nothing set, everything runs on the embedded default below STATE: SQLite, an embedded Valkey, no AWS endpoint
override. Which AWS it is, is the AWS SDK's own business (AWS_ENDPOINT_URL, AWS_PROFILE, AWS_REGION).
"""

import contextlib
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from django.core.exceptions import ImproperlyConfigured

from admin_ui.logs import without_secret_addresses

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

STATE = Path(env.str("STATE", default=str(BASE_DIR / ".state"))).resolve()
DEBUG = env.bool("DEBUG", default=False)
SANDBOX = env.bool("SANDBOX", default=False)
"""Only a word on the screen (banner, sign-in hint): the calls go wherever the AWS SDK's variables point."""


def _embedded_secret(name: str) -> str:
    """A secret of the embedded default, made once and kept where only the owner may read it."""
    path = STATE / name
    if not path.exists():
        STATE.mkdir(parents=True, exist_ok=True)
        # Written under another name first: of two processes that start together, neither reads a half-written secret,
        # and the one whose link comes second takes the first one's.
        draft = path.with_name(f"{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


# Outside the embedded default (a database of one's own is named) a missing secret stops the process.
EMBEDDED = "DATABASE_URL" not in env.ENVIRON and "DATABASE_URL_FILE" not in env.ENVIRON
SECRET_KEY = env.str("SECRET_KEY", default="") or (_embedded_secret("secret-key") if EMBEDDED else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. A console with a database of its own (DATABASE_URL) needs one, the same for all of its "
        "processes. Set SECRET_KEY, or SECRET_KEY_FILE to a file that holds it, to at least 50 random characters."
    )
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Encrypts the copies that are kept while a push is at work; of its own, so that a leaked SECRET_KEY reads none of them.
ENCRYPTION_KEY = env.str("ENCRYPTION_KEY", default="") or (
    _embedded_secret("encryption-key") if EMBEDDED else f"encryption:{SECRET_KEY}"
)
ENCRYPTION_KEY_FALLBACKS = env.list("ENCRYPTION_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "csp",
    "django_structlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "admin_ui",
    "deployments",
    "user_management",
    "data_authorization",
    "function_access",
    "auth_import",
    "backend_state",
    "jobs",
    "environments",
    "accounts",
    "audit",
    "web",
    "aws",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "environments.tokens.ProjectTokenMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
    "environments.tokens.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "admin_ui.urls"
WSGI_APPLICATION = "admin_ui.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.appearance",
                "admin_ui.navigation.shell",
            ],
        },
    }
]

# --- Database. SQLite needs IMMEDIATE transactions and WAL, or two writers meet "database is locked". ---
DATABASES: dict[str, Any] = {"default": env.db("DATABASE_URL", default=f"sqlite:///{STATE / 'console.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    STATE.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Broker and cache: Redis or Valkey. `./console up` names the embedded one; without any, commands still work. ---
REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL.startswith(("redis://", "rediss://", "unix://"))
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://") if REDIS_URL.startswith("unix://") else REDIS_URL
) or "filesystem://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 900
# A message is handed out again after this time; it must be longer than the longest task (a push), or that runs twice.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 4500, "unacked_restore_interval": 5, "unacked_restore_throttle": 1}
    if REDIS_URL
    else {
        "data_folder_in": str(STATE / "broker"),
        "data_folder_out": str(STATE / "broker"),
        "control_folder": str(STATE / "broker-control"),
    }
)
# How often somebody looks whose turn it is to be compared with AWS; how often each environment is, its page says.
WATCH_SECONDS = env.float("WATCH_SECONDS", default=60)
# Ticks that no worker took expire, or a worker that was away for an hour would find hundreds of them.
CELERY_BEAT_SCHEDULE = {
    "jobs.tick": {"task": "jobs.tasks.tick", "schedule": 10.0, "options": {"expires": 10.0}},
    "auth_import.watch": {
        "task": "auth_import.watch.tasks.watch_due",
        "schedule": WATCH_SECONDS,
        "options": {"expires": WATCH_SECONDS},
    },
    "deployments.recover": {"task": "deployments.tasks.recover", "schedule": 15.0, "options": {"expires": 15.0}},
    # Users that were written down before their pool was removed are kept for a week.
    "deployments.forget_exports": {
        "task": "deployments.scratch.tasks.forget_exports",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "environments.notifications": {
        "task": "environments.notifications.tasks.hand_out_due",
        "schedule": 30.0,
        "options": {"expires": 30.0},
    },
    "environments.forget_notifications": {
        "task": "environments.notifications.tasks.forget_old",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    # What was unlinked here while AWS was away is taken out of the backend once it is back.
    "deployments.finish_due": {
        "task": "deployments.finishing.tasks.finish_due",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    # What uploaded files hold of people is forgotten a day later at the latest.
    "user_management.forget_imports": {
        "task": "user_management.csv_import.tasks.forget_expired",
        "schedule": 600.0,
        "options": {"expires": 600.0},
    },
    "user_management.forget_plans": {
        "task": "user_management.bulk.tasks.forget",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "user_management.refresh_due": {
        "task": "user_management.index.tasks.refresh_due",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE / "beat-schedule")
JOB_HEARTBEAT_EVERY = timedelta(seconds=env.float("JOB_HEARTBEAT_SECONDS", default=5))
JOB_LOST_AFTER = timedelta(seconds=env.float("JOB_LOST_SECONDS", default=30))
# Work of hours is done in slices, so that a restarted worker loses little; shorter than CELERY_TASK_TIME_LIMIT.
JOB_SLICE = timedelta(seconds=env.float("JOB_SLICE_SECONDS", default=600))
JOB_UNDELIVERED_AFTER = timedelta(seconds=env.float("JOB_UNDELIVERED_SECONDS", default=20))

# --- People ---
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "environments.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# Nobody makes the console write to an address of their choice by asking for a new password.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_ADAPTER = "accounts.mfa.MfaAdapter"
# Nobody's address is verified: accounts begin with an invitation, not with an address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or SANDBOX
MFA_TOTP_ISSUER = "Admin UI"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.str("OIDC_NAME", default="Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": env.str("OIDC_SERVER_URL")},
            }
        ]
        if "OIDC_CLIENT_ID" in env.ENVIRON
        else []
    }
}
OIDC_SERVER = urlsplit(env.str("OIDC_SERVER_URL", default=""))
SIGN_IN_ORIGINS = [f"{OIDC_SERVER.scheme}://{OIDC_SERVER.netloc}"] if OIDC_SERVER.netloc else []
SIGN_IN_ORIGINS += env.list("OIDC_PAGE_ORIGINS", default=[])
"""Where the provider shows its sign-in page: its own host, and OIDC_PAGE_ORIGINS if it sends people elsewhere."""
EMAIL_URL = env.str("EMAIL_URL", default="")
# A letter may hold a link that sets a new password, so only while developing is one written where the log is.
SENDS_EMAIL = bool(EMAIL_URL) or DEBUG or SANDBOX
vars().update(env.email_url_config(EMAIL_URL or ("consolemail://" if SENDS_EMAIL else "dummymail://")))
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
"""Where people open the console, for links in e-mails and webhooks, which no request asks for."""
if PUBLIC_URL and not PUBLIC_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("PUBLIC_URL must be a whole address, for example https://console.example.com.")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="admin-ui@localhost")

# --- What the browser may do ---
SECURE_COOKIES = env.bool("SECURE_COOKIES", default=not (DEBUG or SANDBOX or EMBEDDED))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Limits of attempts count by address; behind a proxy that is the last one the proxy wrote down, not the proxy's own.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_SSL_REDIRECT = env.bool("HTTPS_REDIRECT", default=BEHIND_PROXY and SECURE_COOKIES)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
# Only answers over TLS carry it; 30 days.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=2_592_000 if SECURE_COOKIES else 0)
# What holds for all of a domain's hosts, and preloading it into browsers, is not for one of its hosts to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        # Signing in through a provider begins with a form of ours that leads to the provider's page.
        "form-action": ["'self'", *SIGN_IN_ORIGINS],
    }
}

# --- Words, times, files ---
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files with a hash in their names, once `collectstatic` has made them; before that, the sources themselves.
COLLECTED = "collectstatic" in sys.argv[1:2] or (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED

# --- Work against AWS. The sandbox answers on loopback on purpose, so the check that warns of it is silent there. ---
SILENCED_SYSTEM_CHECKS += ["aws.W001"] if SANDBOX else []
# The part of each of Cognito's quotas that bulk changes, exports and indexing may use; the live app needs the rest.
AWS_BACKGROUND_SHARE = env.float("AWS_BACKGROUND_SHARE", default=0.2)
# The account of the default credentials: to be given where environments reach the same account by a role as well, or
# the two would each use the quota that they share.
AWS_ACCOUNT = env.str("AWS_ACCOUNT", default="")
# What AWS has granted this account beyond the published quotas, requests a second by category: UserCreation=100,…
AWS_QUOTAS = {name: int(figure) for name, figure in env.dict("AWS_QUOTAS", default={}).items()}
SCREEN_DEADLINE_SECONDS = env.float("SCREEN_DEADLINE_SECONDS", default=20.0)

# --- Logs ---
# A traceback shows no local variables: a client secret may be among them.
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                without_secret_addresses,
                structlog.processors.JSONRenderer()
                if env.bool("LOG_JSON", default=False)
                else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
            "foreign_pre_chain": _shared_processors,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "console"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "botocore": {"level": "WARNING"},
        "boto3": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django_structlog": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_shared_processors,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
