"""Somebody at the test client: reads pages, and posts forms with the token their page printed."""

import html
import re

from operations.demo.city import PASSWORD

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# What differs between two printings of one page: the token, the form's own key, and the id of the request.
OF_THE_PRINTING = re.compile(r'(name="(?:csrf_token|form_key|draft)"[^>]*value=)"[^"]*"')


class Guest:
    """``Guest(app, "liumin")`` is signed in; ``Guest(app)`` is anybody."""

    def __init__(self, app, username=None, *, address="127.0.0.1", agent="Test"):
        self.client = app.test_client()
        self.client.environ_base |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent}
        if username:
            answer = self.sign_in(username)
            assert answer.status_code == 302, f"{username} is not let in: {answer.status_code}"

    def gets(self, path, **rest):
        return self.client.get(path, **rest)

    def posts(self, path, fields=None, *, page=None, **rest):
        """Send a form; its token comes from ``page``, else from a page that everybody has."""
        token = CSRF.search(self.gets(page or self.any_page).text).group(1)
        return self.client.post(path, data={"csrf_token": token, **(fields or {})}, **rest)

    @property
    def any_page(self):
        return "/account" if self.gets("/account").status_code == 200 else "/login"

    def sign_in(self, username, password=PASSWORD, *, next_url=""):
        path = f"/login?next={next_url}" if next_url else "/login"
        return self.posts(path, {"username": username, "password": password}, page="/login")

    def sign_out(self):
        return self.posts("/logout")

    @property
    def is_signed_in(self):
        return self.gets("/account").status_code == 200

    @property
    def cookie(self):
        """The session cookie as the browser keeps it."""
        return self.client.get_cookie("zqztc").value

    def steals(self, cookie):
        """Come with somebody's cookie."""
        self.client.set_cookie("zqztc", cookie)
        return self


def said(answer):
    """The words of a page, as somebody reads them."""
    return html.unescape(re.sub(r"<[^>]*>", " ", answer.text))


def printed(answer):
    """The page without what differs between two printings of it."""
    return OF_THE_PRINTING.sub(r"\1", answer.text)
