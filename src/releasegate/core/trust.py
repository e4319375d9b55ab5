"""Whose certificates are trusted: what a person names for one program holds for all that a release runs."""

from __future__ import annotations

from collections.abc import Mapping

_OPENSSL = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""What OpenSSL, pip and uv read; requests, and with it twine, does not."""
_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""What requests reads by itself, and a pip of an old Python; uv does not."""


def trusted(environ: Mapping[str, str]) -> str | bool:
    """Return what requests is to ``verify`` with: the file or folder that is named, ``True`` where none is."""
    return next((environ[name] for name in (*_REQUESTS, *_OPENSSL) if environ.get(name)), True)


def for_all(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a child is told beside *environ*, so that every program trusts what one of them was told to."""
    named = {name: environ[name] for name in (*_REQUESTS, *_OPENSSL) if environ.get(name)}
    if not named:
        return {}
    told = {"REQUESTS_CA_BUNDLE": str(trusted(named))} if not set(_REQUESTS) & set(named) else {}
    return told if set(_OPENSSL) & set(named) else {**told, "SSL_CERT_FILE": str(trusted(named))}
