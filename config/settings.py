"""Settings. Everything that differs between machines is an environment variable, listed in `docs/configuration.md`."""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env("DJANGO_SECRET_KEY")
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pool",
    "banks",
    "loans",
    "claims",
    "recovery",
    "evaluation",
    "config",
]

AUTH_USER_MODEL = "pool.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The application connects as a role that owns nothing; only migrations run as the owner (DESIGN, decision 5).
DATABASE_AS = env("DATABASE_AS", default="application")
_database = env.db_url("DATABASE_OWNER_URL" if DATABASE_AS == "owner" else "DATABASE_URL")
DATABASES = {"default": _database}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
