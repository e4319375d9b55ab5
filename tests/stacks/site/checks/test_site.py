"""The app migrates, its migrations say all that its models do, and its admin pages open."""

import os
import re

import pytest
import requests
from containers import Stack

ADMIN = f"{os.environ['SITE_URL']}/admin/"


@pytest.mark.contract("site.migrations", "the app")
def test_no_migration_waits_and_none_is_missing(stack: Stack) -> None:
    assert stack.passes("site", "/opt/releasegate/run check"), "a migration waits, or is missing"


@pytest.mark.contract("site.admin", "the app")
def test_the_admin_pages_open() -> None:
    session = requests.Session()
    login = session.get(f"{ADMIN}login/", timeout=30)
    form = {"username": "admin", "password": os.environ["ADMIN_PASSWORD"], "next": "/admin/"}
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', login.text)
    form["csrfmiddlewaretoken"] = token[1] if token else ""
    index = session.post(f"{ADMIN}login/", data=form, timeout=30)
    pages = sorted(set(re.findall(r'href="/admin/(\w+/\w+/(?:add/)?)"', index.text)))
    assert any(not page.startswith("auth/") for page in pages), f"the app has no page: {pages}"
    answers = {page: session.get(ADMIN + page, timeout=30).status_code for page in pages}
    assert set(answers.values()) == {200}, answers
