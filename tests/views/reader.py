"""Somebody who reads pages and sends forms, with the token that the page gave them."""

import re
from html import unescape

from operations.demo.city import PASSWORD

TOKEN = re.compile(r'name="csrf_token"[^>]*?value="([^"]+)"')
HIDDEN = re.compile(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")(?=[^>]*value="([^"]*)")[^>]*>')
WORDS = re.compile(r"<[^>]+>")


class Reader:
    def __init__(self, client, username):
        self.client, self.answer = client, None
        self.post("/login", {"username": username, "password": PASSWORD}, page="/login")
        assert self.answer.status_code == 302, self.text

    def get(self, path):
        """The HTTP status; the page stays in ``html`` and ``text``."""
        self.answer = self.client.get(path)
        return self.answer.status_code

    def post(self, path, fields=(), *, page=None):
        """Send a form of ``page`` (the last page read): its token goes along. The HTTP status."""
        if page or not self.answer or not TOKEN.search(self.html):
            self.get(page or "/account")
        token = TOKEN.search(self.html)[1]
        self.answer = self.client.post(path, data={"csrf_token": token, **dict(fields)})
        return self.answer.status_code

    def hidden(self):
        """The hidden fields of the page just read."""
        return {name: unescape(value) for name, value in HIDDEN.findall(self.html)}

    @property
    def html(self):
        return self.answer.get_data(as_text=True)

    @property
    def text(self):
        """What is to be read on the page, without markup and outer white space."""
        return " ".join(unescape(WORDS.sub(" ", self.html)).split())
