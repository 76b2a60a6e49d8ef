"""One settings file; what changes between machines comes from environment variables.

With nothing set it runs on the loopback interface: SQLite, Celery's filesystem transport, mails kept in
the outbox, secrets made once in `var/`. `ALLOWED_HOSTS` set means production: every secret is then required.
"""

import secrets
from pathlib import Path

import bootstrap_wrapper
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu.transport import TRANSPORT_ALIASES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Everything the running application writes when nothing else is configured: database, queue, papers, secrets.
VAR = Path(env.str("CQPM_VAR", default=str(BASE_DIR / "var"))).resolve()
VAR.mkdir(parents=True, exist_ok=True)

ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", default=[])]
PRODUCTION = bool(ALLOWED_HOSTS)
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
if not PRODUCTION:
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def secret(name):
    """The secret from the environment; outside production, one made once in `var/`."""
    if value := env.str(name, default=""):
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} is required as soon as ALLOWED_HOSTS is set.")
    path = VAR / f"{name.lower()}.secret"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = secret("SECRET_KEY")
LINK_KEY = secret("LINK_KEY")  # signs the links sent by mail; changing it revokes them all

# --- Applications -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "accounts",
    "referentiel",
    "documents",
    "candidates",
    "evaluations",
    "cqpm",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a score sheet is 88 KB of HTML, 8 once compressed
    "csp.middleware.CSPMiddleware",  # before the rest: error pages carry the header too
    "cqpm.middleware.DatabaseAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "cqpm.utils.uploads.UploadLimitMiddleware",  # before the next one, which reads the body
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # what is public says so
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.CurrentMembershipMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "cqpm.urls"
WSGI_APPLICATION = "cqpm.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
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
                "cqpm.context_processors.layout",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database, cache, sessions ----------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'cqpm.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",  # without it, a read followed by a write fails under load
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;"
        "PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY",
    }
else:
    DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
    # Compiling a query takes PostgreSQL longer than running it: 20 ms for a list it sorts in 9.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
if name := env.str("TEST_DATABASE", default=""):  # several test runs beside each other on one server
    DATABASES["default"]["TEST"] = {"NAME": name}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
# The throttles live in the cache, so it must be one for all processes: Redis, or else the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # At Django's 300 a guesser could push the throttles' counters out by filling the table.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- Celery -----------------------------------------------------------------------------------------------
TRANSPORT_ALIASES["fsatomic"] = "cqpm.fsbroker:Transport"
QUEUE = VAR / "queue"
CELERY_BROKER_URL = REDIS_URL or "fsatomic://localhost"
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
else:
    for folder in ("messages", "done", "control"):
        (QUEUE / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE / "messages"),
        "data_folder_out": str(QUEUE / "messages"),
        "processed_folder": str(QUEUE / "done"),
        "control_folder": str(QUEUE / "control"),
        "store_processed": True,  # an atomic claim: same filesystem; the sweep empties the folder
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # what it logs passes by the masks of LOGGING too
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")
CELERY_BEAT_SCHEDULE = {
    # A worker stopped for a day must not find a day of them waiting.
    "send-outbox": {"task": "accounts.tasks.send_outbox", "schedule": 60, "options": {"expires": 55}},
    # By day: a reminder is read by people at work. A run missed is made up for by the next one.
    "send-reminders": {"task": "accounts.tasks.send_reminders", "schedule": crontab(hour="8-18", minute=5)},
    "sweep-imports": {"task": "referentiel.tasks.sweep", "schedule": 60, "options": {"expires": 55}},
    "sweep-documents": {"task": "documents.tasks.sweep", "schedule": 60, "options": {"expires": 55}},
    "move-stages": {"task": "evaluations.tasks.move_stages", "schedule": crontab(hour=0, minute=20)},
    "purge": {"task": "cqpm.tasks.purge", "schedule": crontab(hour=2, minute=40)},
    "sweep-bulk": {
        "task": "evaluations.actions.bulk.worker.sweep_bulk",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "sweep-classes": {"task": "candidates.tasks.sweep_classes", "schedule": 60, "options": {"expires": 55}},
}

# --- Mail: always through the outbox ----------------------------------------------------------------------
# Without EMAIL_URL the rows stay in the outbox, readable there; with DEMO nothing leaves the machine either.
EMAIL_URL = "" if DEMO else env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
OUTBOX_DELIVERS = bool(EMAIL_URL)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="CQPM <ne-pas-repondre@localhost>")
# Absolute addresses in mails and on papers are built outside any request.
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")

# --- Accounts ---------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account exists by invitation: its address has been proven
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# Beside allauth's own: an expired link sent again, the open links of an address or its spaces asked for.
ACCOUNT_RATE_LIMITS = {
    "link_resend": "3/d/key",
    "link_ask": "20/h/ip,3/d/key",
    "space_ask": "20/h/ip,6/h/key",
}
# Behind a proxy the throttles count its visitors, not the proxy itself.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- Language and time ------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Static files and papers ------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
FONTS = VAR / "fonts"  # cut from the Inter wheel by documents.fonts
FONTS.mkdir(exist_ok=True)
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
    ("fonts", FONTS),
]
STORAGE_URL = env.str("STORAGE_URL", default="")
STORAGES = {
    "default": {"BACKEND": "cqpm.utils.s3.Bucket", "OPTIONS": {"url": STORAGE_URL}}
    if STORAGE_URL
    else {"BACKEND": "cqpm.utils.stored.Folder", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {"BACKEND": "cqpm.staticfiles.ManifestStorage"},
}

# --- Security ---------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's own icons are data: images
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "cqpm.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask_tokens": {"()": "cqpm.utils.logs.MaskTokens"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["mask_tokens"]}
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"fontTools": {"level": "WARNING"}, "weasyprint": {"level": "WARNING"}},
}
