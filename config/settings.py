"""Settings. Everything that differs between machines is an environment variable, listed in `docs/configuration.md`.

No figure of the rules stands here: thresholds, windows and percents live in `pool/rulebook`."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

# --- the installation -------------------------------------------------------------------------------------------------

DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env("DJANGO_SECRET_KEY")
# Encrypts personal data field by field (pool.crypto); losing it loses them.
FIELD_KEY = env("FIELD_KEY")
# Keys that were replaced, the newest first: they read until `manage.py field_key --renew` has gone through.
FIELD_OLD_KEYS = env.list("FIELD_OLD_KEYS", default=[])
# Makes the blind index of numbers; empty: the oldest field key does. It stays when the field key goes.
FIELD_INDEX_KEY = env("FIELD_INDEX_KEY", default="")
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])
# The demonstration: made-up data, accounts that everybody knows.
DEMO = env.bool("DEMO", default=False)
# Printed on reports; a checkout without it tells its own commit.
CODE_VERSION = env("CODE_VERSION", default="")
# Only demo and tests may move the business date forward by hand.
CLOCK_MAY_MOVE = env.bool("CLOCK_MAY_MOVE", default=False)

DJANGO_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
LIBRARIES = [
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_otp",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
# In the order in which calls may go: to the left only.
ROOMS = ["pool", "pool.ledger", "banks", "loans", "claims", "recovery", "evaluation", "config"]
INSTALLED_APPS = [*DJANGO_APPS, *LIBRARIES, *ROOMS]

MIDDLEWARE = [
    "pool.middleware.CallerMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pool.middleware.SessionMiddleware",
    "axes.middleware.AxesMiddleware",
    "pool.middleware.SureMiddleware",
    # Last: it calls the view itself, inside the transaction that says whose rows may be seen.
    "pool.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "pool.context.page",
            ],
        },
    },
]

# --- database: the application connects as a role that owns nothing; only migrations run as the owner -----------------

# `DATABASE_AS`: owner, application, worker, report or audit (config/roles.sql says what each may do).
DATABASE_AS = env("DATABASE_AS", default="application")
_application = env.db_url("DATABASE_URL")
_addresses = {
    "application": lambda: env.db_url("DATABASE_URL"),
    "owner": lambda: env.db_url("DATABASE_OWNER_URL"),
    "worker": lambda: env.db_url("DATABASE_WORKER_URL"),
    "report": lambda: env.db_url("DATABASE_REPORT_URL"),
    "audit": lambda: env.db_url("DATABASE_AUDIT_URL"),
}
_database = _addresses[DATABASE_AS]()
# The transaction round each view, with its row-security context, is pool.middleware.ScopeMiddleware's work.
_database |= {"ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# Our statements are short: compiling one costs more than it saves (the daily closing: 0.25 s with it, 0.02 s without).
_database["OPTIONS"] = {"options": "-c jit=off", **_database.get("OPTIONS", {})}
# `audit` is a second connection to the same database: what it writes stays when the first one rolls back (a refusal).
DATABASES = {"default": _database, "audit": _database | {"OPTIONS": {**_database.get("OPTIONS", {})}}}
DATABASE_ROUTERS = ["config.routers.AuditIsNoSecondDatabase"]
APPLICATION_ROLE = _application["USER"]
REPORT_ROLE, AUDIT_ROLE = env("REPORT_ROLE", default="rcpool_report"), env("AUDIT_ROLE", default="rcpool_audit")

# --- people -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "pool.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": env.int("PASSWORD_MIN_LENGTH", default=10)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# The special account that pays, for the orders to its bank; without them no pay file is made.
SPECIAL_ACCOUNT_NAME = env("SPECIAL_ACCOUNT_NAME", default="深圳市财政金融服务中心" if DEMO else "")
SPECIAL_ACCOUNT_NUMBER = env("SPECIAL_ACCOUNT_NUMBER", default="44250100000000000001" if DEMO else "")
SPECIAL_ACCOUNT_BANK = env("SPECIAL_ACCOUNT_BANK", default="演示银行深圳分行营业部" if DEMO else "")
# A password given by an administrator that nobody has changed in so many days opens nothing; 0: it stays.
FIRST_PASSWORD_DAYS = env.int("FIRST_PASSWORD_DAYS", default=7)
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = env.float("LOGIN_COOLOFF_HOURS", default=0.5)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "pool.views.sessions.locked_out"
# A session without a request for so long ends (classified protection asks for it); it is not the cookie's life.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=15 * 60)
# Who must have a second factor; everybody may. Without it: all who move money, decide, or keep accounts.
SECOND_FACTOR_ROLES = env.list(
    "SECOND_FACTOR_ROLES",
    default=[]
    if DEMO
    else [
        "bank_checker",
        "bank_admin",
        "manager_reviewer",
        "manager_approver",
        "finance_clerk",
        "finance_approver",
        "authority",
        "system_admin",
        "security_admin",
    ],
)
# How long a proof of who one is (sign-in, or password and code again) serves for acts that need a fresh one.
LOOKALIKE_DAYS = env.int("LOOKALIKE_DAYS", default=7)
INSPECTION_ANSWER_DAYS = env.int("INSPECTION_ANSWER_DAYS", default=10)
INSPECTION_EARLY_DAYS = env.int("INSPECTION_EARLY_DAYS", default=90)
SURE_MINUTES = env.int("SURE_MINUTES", default=24 * 60 if DEMO else 10)
# Single sign-on, off without an issuer. It finds an account by its user name and never makes one.
OIDC_ISSUER = env("OIDC_ISSUER", default="")
OIDC_RP_CLIENT_ID = env("OIDC_CLIENT_ID", default="")
OIDC_RP_CLIENT_SECRET = env("OIDC_CLIENT_SECRET", default="")
OIDC_OP_AUTHORIZATION_ENDPOINT = env("OIDC_AUTHORIZATION_ENDPOINT", default="")
OIDC_OP_TOKEN_ENDPOINT = env("OIDC_TOKEN_ENDPOINT", default="")
OIDC_OP_JWKS_ENDPOINT = env("OIDC_JWKS_ENDPOINT", default="")
OIDC_USERNAME_CLAIM = env("OIDC_USERNAME_CLAIM", default="preferred_username")
OIDC_OP_USER_ENDPOINT = ""
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid profile"
OIDC_USE_PKCE = True
OIDC_CREATE_USER = False
OIDC_TIMEOUT = 10
OIDC_AUTHENTICATION_CALLBACK_URL = "sso_callback"
if OIDC_ISSUER:
    AUTHENTICATION_BACKENDS.append("pool.sso.SingleSignOn")
# The chain of the audit trail: sha256, or sm3 where national algorithms are asked for.
AUDIT_HASH = env("AUDIT_HASH", default="sha256")

# --- words, time, numbers ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- files ------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "pool.finders.PackageFinder",
]
# Where `collectstatic` has run, names carry a hash; else files are served from the source folders.
COLLECTED_STATIC = env.bool("COLLECTED_STATIC", default=False)
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "static-root")) if COLLECTED_STATIC else None
WHITENOISE_USE_FINDERS = not COLLECTED_STATIC
WHITENOISE_AUTOREFRESH = DEBUG
_static_storage = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if COLLECTED_STATIC
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
# Uploaded files have no URL: they are served by a view that checks who asks (pool.storage).
MEDIA_ROOT = env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
# One line a day that a restored database can be held against; on another disk than the database. Empty: none are kept.
ANCHOR_FOLDER = env("ANCHOR_FOLDER", default="")
MEDIA_URL = "/not-served/"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200  # more than one drop may hold, so that the page itself says how many
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}

# --- Redis: a doorbell, never a memory --------------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL")
# In memory of one process only where the tests ask for it.
_redis_cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "rcpool"}
_memory_cache = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {"default": _memory_cache if env.bool("CACHE_IN_MEMORY", default=False) else _redis_cache}
_broker = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_URL = _broker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# What a dead worker had taken is given to another after so many seconds; longer than the longest task.
BROKER_VISIBILITY_SECONDS = env.int("BROKER_VISIBILITY_SECONDS", default=3600)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": BROKER_VISIBILITY_SECONDS,
    "global_keyprefix": "rcpool:",
}
# Tests only: beat gives out every entry each so many seconds instead of at its hour.
BEAT_HURRY_SECONDS = env.int("BEAT_HURRY_SECONDS", default=0)
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", default=False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_500_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "rcpool"
CELERY_TIMEZONE = TIME_ZONE

# --- the wall round the browser ---------------------------------------------------------------------------------------

HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_REDIRECT_EXEMPT = ["^healthz/$"]
SESSION_COOKIE_NAME = "rcpool_session"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=8 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # ECharts places its tooltip by the style attribute.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "pool.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "EXCEPTION_HANDLER": "pool.api.faults.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("风险补偿资金池接口"),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "TAGS": [
        {"name": "claims", "description": _("补偿申请")},
        {"name": "loans", "description": _("贷款项目")},
        {"name": "reports", "description": _("报告")},
        {"name": "series", "description": _("报告系列")},
        {"name": "trial", "description": _("试算")},
        {"name": "uploads", "description": _("入库批次")},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pool.api.schema.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "LoanState": "loans.models.Loan.State",
        "ClaimState": "claims.models.Claim.State",
        "LoanLibrary": "loans.models.Loan.Library",
        "UploadKind": "loans.models.Upload.Kind",
        "ReportKind": "evaluation.models.Report.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"defaultModelsExpandDepth": -1, "displayRequestDuration": True},
}

# --- e-mail: written to files until a server is named -----------------------------------------------------------------

EMAIL_HOST = env("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=465)
EMAIL_USE_SSL = EMAIL_PORT == 465  # otherwise STARTTLS
EMAIL_USE_TLS = not EMAIL_USE_SSL
EMAIL_HOST_USER = env("EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = env("EMAIL_PASSWORD", default="")
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = env("EMAIL_FOLDER", default=str(VAR_DIR / "mail"))
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default="rcpool@localhost")
# Where the letters say that the portal is.
PORTAL_URL = env("PORTAL_URL", default="http://127.0.0.1:8000").rstrip("/")

# --- logs: one JSON object per line on standard error -----------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        "django.server": {"handlers": [], "propagate": True},
        **{room: {"level": env("LOG_LEVEL", default="INFO")} for room in ROOMS},
    },
}
