"""Somebody at a browser of their own: their page, and everything that went wrong on it."""

from pathlib import Path
from urllib.parse import urlsplit

from operations.demo.city import PASSWORD
from tests.views.guest import AGENT, Guest

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
HIGHEST = 4000
COOKIE = "zqztc"


class Visitor:
    """``visitor.page`` is Playwright's; ``visitor.trouble`` must be empty in the end."""

    def __init__(self, chromium, site, *, phone=False, javascript=True):
        self.site, self.url, self.trouble, self.expected = site, site.url, [], []
        self.context = chromium.new_context(
            base_url=self.url, user_agent=AGENT, viewport=PHONE if phone else DESK, has_touch=phone, locale="zh-CN",
            timezone_id="Asia/Shanghai", java_script_enabled=javascript, reduced_motion="reduce",
            service_workers="block",
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message):
        # Chromium says of every answer of 400 and above that it "failed to load": `_answered` judges those.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.trouble.append(f"console: {message.text}")

    def _asked(self, request):
        if not request.url.startswith((self.url + "/", "data:")):
            self.trouble.append(f"left the site: {request.url}")

    def _answered(self, response):
        path = urlsplit(response.url).path
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.trouble.append(f"{response.status}: {response.request.method} {path}")

    def signs_in(self, username, path="/"):
        """As after the form, whose page and password take seconds; then to this page, "" being none yet."""
        with self.site.hours():
            cookie = Guest(self.site.app, username).client.get_cookie(COOKIE)
        self.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": self.url}])
        if path:
            self.page.goto(path)
        return self

    def comes_by_the_door(self, username, path=""):
        """By the form, as everybody does."""
        self.page.goto(f"/login?next={path}" if path else "/login")
        return self.signs_in_here(username)

    def signs_in_here(self, username):
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录", exact=True).click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self

    def opens(self, path):
        """Go to an address of the site; answers the HTTP status."""
        return self.page.goto(path).status

    def sees(self, text):
        """Wait until the page says so."""
        self.page.get_by_text(text).first.wait_for()

    def presses(self, name):
        """A button that leads on, by its words."""
        self.goes_on(self.page.get_by_role("button", name=name).first)

    def follows(self, name):
        """A link, by its words."""
        self.goes_on(self.page.get_by_role("link", name=name).first)

    def goes_on(self, control):
        """Press a control that leads to another page, and be there before anything else."""
        with self.page.expect_navigation():
            control.click()

    def pictures(self, name, *, full=False):
        """Keep a picture of the page in ``artefacts/``; a full one as on a screen so high that bars stay below."""
        ARTEFACTS.mkdir(exist_ok=True)
        size = self.page.viewport_size
        if full:
            height = self.page.evaluate("document.documentElement.scrollHeight")
            self.page.set_viewport_size(size | {"height": max(size["height"], min(height, HIGHEST))})
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")
        self.page.set_viewport_size(size)

    def leaves(self):
        self.context.close()
