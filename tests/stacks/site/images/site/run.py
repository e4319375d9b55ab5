"""A Django site with the app under test: ``serve`` migrates and serves it, ``healthy`` and ``check`` ask it."""

import json
import os
import sys
import urllib.request
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

PACKAGES = json.loads(Path("/opt/releasegate/spec.json").read_text(encoding="utf-8"))["packages"]
APPS = [each["name"].replace("-", "_") for each in PACKAGES]
DJANGO = ["admin", "auth", "contenttypes", "sessions", "messages"]

if sys.argv[1] == "healthy":
    urllib.request.urlopen("http://127.0.0.1:8000/admin/login/", timeout=10)
    sys.exit()
settings.configure(
    SECRET_KEY=os.environ["DB_PASSWORD"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[*(f"django.contrib.{name}" for name in DJANGO), *APPS],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "site",
            "USER": "site",
            "HOST": "postgres",
            "PASSWORD": os.environ["DB_PASSWORD"],
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()
from django.contrib import admin  # noqa: E402 - not before the setup
from django.urls import path  # noqa: E402

urlpatterns = [path("admin/", admin.site.urls)]
if sys.argv[1] == "check":
    call_command("migrate", check_unapplied=True)
    call_command("makemigrations", *APPS, check_changes=True, dry_run=True)
else:
    call_command("migrate", interactive=False)
    from django.contrib.auth.models import User

    user = User.objects.filter(username="admin").first() or User(username="admin", is_staff=True, is_superuser=True)
    user.set_password(os.environ["ADMIN_PASSWORD"])
    user.save()
    call_command("runserver", "0.0.0.0:8000", use_reloader=False)
