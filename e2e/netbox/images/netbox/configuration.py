"""NetBox's configuration in the stack; everything that differs between runs comes from the environment."""

import json
import os

ALLOWED_HOSTS = ["*"]
SECRET_KEY = os.environ["SECRET_KEY"]
API_TOKEN_PEPPERS = {1: os.environ["API_TOKEN_PEPPER"]}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["DB_NAME"],
        "USER": os.environ["DB_USER"],
        "PASSWORD": os.environ["DB_PASSWORD"],
        "HOST": os.environ["DB_HOST"],
        "PORT": "",
        "CONN_MAX_AGE": 300,
    }
}
_REDIS = {"HOST": os.environ["REDIS_HOST"], "PORT": 6379, "PASSWORD": os.environ["REDIS_PASSWORD"], "SSL": False}
REDIS = {"tasks": {**_REDIS, "DATABASE": 0}, "caching": {**_REDIS, "DATABASE": 1}}
PLUGINS = [name for name in os.environ.get("PLUGIN_MODULE", "").split(",") if name]
PLUGINS_CONFIG = json.loads(os.environ.get("PLUGINS_CONFIG") or "{}")
LOGIN_REQUIRED = True
# Whoever asks for more at once gets so many, and where the next are.
MAX_PAGE_SIZE = int(os.environ.get("MAX_PAGE_SIZE") or 1000)
# Nothing in the stack may reach out of it.
CENSUS_REPORTING_ENABLED = False
RELEASE_CHECK_URL = None
# What is caught and logged is seen: Django would mail it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"django.request": {"level": "ERROR"}},
}
