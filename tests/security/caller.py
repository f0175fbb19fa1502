"""Somebody who asks for one address after another, each time as if nothing had been asked before."""

import re
from io import BytesIO
from typing import NamedTuple

from tests.views.guest import Guest, Page

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Upload(str):
    """A file in a form: its name, which is text like any other, with what is in it."""

    def __new__(cls, name, content):
        upload = super().__new__(cls, name)
        upload.content = content
        return upload

    def format(self, **names):
        return Upload(super().format(**names), self.content)

    def replace(self, *words):
        return Upload(super().replace(*words), self.content)


class Key(NamedTuple):
    """What the browser of somebody who has signed in holds: the cookie, and the token of every form."""

    cookie: str
    token: str


def signed_in(app, username=None):
    """The key of an account; without a name that of anybody."""
    guest = Guest(app, username)
    token = TOKEN.search(guest.opens("/account" if username else "/login").html).group(1)
    return Key(guest.client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value, token)


class Caller:
    """``Caller(app, signed_in(app, "liumin")).asks("POST", "/feedback", {"words": "x"})``."""

    def __init__(self, app, key):
        self.client, self.cookie_name = Guest(app).client, app.config["SESSION_COOKIE_NAME"]
        self.cookie, self.token = key

    def asks(self, method, path, fields=(), **rest):
        """With the cookie as it was in the beginning, so that no message of an earlier answer shows on this one."""
        self.client.set_cookie(self.cookie_name, self.cookie)
        if method == "POST":
            typed = {"csrf_token": self.token, **dict(fields)}
            rest.setdefault("data", {name: sent(value) for name, value in typed.items()})
        return self.client.open(path, method=method, **rest)

    def page(self, path):
        """What somebody sees there."""
        return Page(self.asks("GET", path))

    def form(self, path, printed_on=""):
        """The fields of the form that is sent to ``path``, as the page prints them."""
        page, wanted = self.page(printed_on or path), path.partition("?")[0]
        own = [dict(form["fields"]) for form in page.forms if form["action"].partition("?")[0] in ("", wanted)]
        assert own, f"no form for {path}: {page.status} {page.h1}"
        return next((fields for fields in own if "form_key" in fields), own[0])


def sent(value):
    """As the test client wants it: a file is a stream, read once, and its name."""
    return (BytesIO(value.content), str(value)) if isinstance(value, Upload) else value


def code_of(answer):
    """The status; ``in`` for who is sent to sign in first."""
    is_sent_to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/login")
    return "in" if is_sent_to_sign_in else str(answer.status_code)
