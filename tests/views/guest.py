"""Somebody at a browser without a script: pages are parsed, forms are sent as they stand."""

import re
import secrets
from functools import cached_property

from lxml.html import HTMLParser, document_fromstring
from sqlalchemy import select

from models import clock
from models.access import LoginSession, User
from models.base import db
from operations.access.sessions import digest_of

AGENT = "tests"


class Page:
    """``page.words`` is what one reads, ``page.form()`` what would be sent, ``page.h1`` the heading."""

    def __init__(self, answer):
        self.answer, self.status = answer, answer.status_code
        self.html = answer.get_data().decode(errors="replace")

    @cached_property
    def tree(self):
        return document_fromstring(self.html or "<html></html>", parser=HTMLParser(encoding="utf-8"))

    @cached_property
    def words(self):
        return re.sub(r"\s+", " ", self.tree.text_content())

    @cached_property
    def h1(self):
        return next((text for h1 in self.tree.iter("h1") if (text := h1.text_content().strip())), "")

    @cached_property
    def links(self):
        return {link.text_content().strip(): link.get("href") for link in self.tree.iter("a") if link.get("href")}

    @cached_property
    def forms(self):
        return [{"action": form.get("action", ""), "fields": list(fields_of(form))} for form in self.tree.iter("form")]

    @property
    def leads_to(self):
        """Where the server sends the browser on."""
        return self.answer.headers.get("Location", "")

    def form(self, index=0, **changes):
        """The fields of a form as they stand, with changes; None takes one out."""
        fields = {name: value for name, value in self.forms[index]["fields"]} | changes
        return {name: value for name, value in fields.items() if value is not None}


def fields_of(form):
    """The name and value of each field that would be sent, chosen options left out as before any choice."""
    for field in form.iter("input", "textarea"):
        name, kind = field.get("name"), field.get("type")
        if not name or kind in ("file", "submit"):
            continue
        if field.tag == "textarea":
            yield name, (field.text or "").removeprefix("\n")
        elif kind not in ("radio", "checkbox") or field.get("checked") is not None:
            yield name, field.get("value") or ""


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
        place = self.client.environ_base["REMOTE_ADDR"]
        opened = LoginSession(token_hash=digest_of(token), user_id=user_id, created_at=now, seen_at=now, address=place)
        db.session.add(opened)
        db.session.commit()
        with self.client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True, last_token=token)
        return self

    def opens(self, path):
        page = Page(self.downloads(path))
        assert page.status != 500, path
        return page

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
