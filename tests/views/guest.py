"""Somebody at a browser without a script: pages are parsed, forms are sent as they stand."""

import re
import secrets
from html.parser import HTMLParser

from flask_login.utils import _create_identifier
from sqlalchemy import select

from models import clock
from models.access import LoginSession, User
from models.base import db
from operations.access.accounts import digest_of

AGENT = "tests"


class Page(HTMLParser):
    """``page.words`` is what one reads, ``page.form()`` what would be sent, ``page.h1`` the heading."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.status = answer, answer.status_code
        self.html = answer.get_data().decode(errors="replace")
        self.forms, self.links, self.h1, self._texts, self._open = [], {}, "", [], []
        self._area = self._link = None
        self.feed(self.html)

    @property
    def words(self):
        return re.sub(r"\s+", " ", "".join(self._texts))

    @property
    def leads_to(self):
        """Where the server sends the browser on."""
        return self.answer.headers.get("Location", "")

    def form(self, index=0, **changes):
        """The fields of a form as they stand, with changes; None takes one out."""
        fields = {name: value for name, value in self.forms[index]["fields"]} | changes
        return {name: value for name, value in fields.items() if value is not None}

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        self._open.append(tag)
        if tag == "form":
            self.forms.append({"action": about.get("action", ""), "fields": []})
        elif tag == "textarea":
            self._area = (about.get("name"), [])
        elif tag == "a" and about.get("href"):
            self._link = (about["href"], [])
        elif tag == "input" and self.forms and about.get("name"):
            ticked = about.get("type") not in ("radio", "checkbox") or "checked" in about
            if ticked and about.get("type") not in ("file", "submit"):
                self.forms[-1]["fields"].append((about["name"], about.get("value") or ""))

    def handle_endtag(self, tag):
        if tag == "textarea" and self._area and self.forms:
            self.forms[-1]["fields"].append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None
        elif tag == "a" and self._link:
            self.links["".join(self._link[1]).strip()] = self._link[0]
            self._link = None

    def handle_data(self, text):
        self._texts.append(text)
        for held in (self._area, self._link):
            if held:
                held[1].append(text)
        if self._open and self._open[-1] == "h1" and text.strip():
            self.h1 = self.h1 or text.strip()


class Guest:
    """``Guest(app, "hengzha").opens("/my")``; without a name it is anybody."""

    def __init__(self, app, username=None):
        self.app, self.client = app, app.test_client()
        self.client.environ_base["HTTP_USER_AGENT"] = AGENT
        if username:
            self.signs_in(username)

    def signs_in(self, username):
        """As after the sign-in form, without the time that the password's hash takes."""
        token, now = secrets.token_urlsafe(32), clock.now()
        user_id = db.session.scalar(select(User.id).where(User.username == username))
        db.session.add(LoginSession(token_hash=digest_of(token), user_id=user_id, created_at=now, seen_at=now))
        db.session.commit()
        with self.app.test_request_context(environ_base=self.client.environ_base):
            identifier = _create_identifier()
        with self.client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True, _id=identifier, last_token=token)
        return self

    def opens(self, path):
        return Page(self.downloads(path))

    def downloads(self, path):
        """The answer itself, read to its end."""
        return self.client.get(path, buffered=True)

    def sends(self, page, path=None, *, index=0, files=(), **changes):
        """The form of the page with these changes; ``files`` as the client takes them."""
        own = [place for place, form in enumerate(page.forms) if form["action"] == path]
        fields = page.form(own[0] if own else index, **changes)
        if files:
            fields["files"] = list(files)
        kind = "multipart/form-data" if files else "application/x-www-form-urlencoded"
        return Page(self.client.post(path or page.forms[index]["action"], data=fields, content_type=kind))

    def follows(self, page):
        return self.opens(page.leads_to)
