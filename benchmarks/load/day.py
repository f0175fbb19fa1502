"""A working day, role by role: what locust runs. The weights are how many of a hundred are at it at once."""

import random
import re

from locust import task

from benchmarks.load.person import CAST, ENTERPRISE, TICKET, Person, mark

SEARCHED = ("消防", "扩建车间", "压测", "云州", "机械有限公司", "验收")
CATEGORY = "消防安全"
ORDER = re.compile(r'href="/supervisions/(\d+)')


def one_of(page: str, pattern: re.Pattern[str]) -> str:
    """One of what the page leads to."""
    found = pattern.findall(page)
    return random.choice(found) if found else ""


class Steward(Person):
    """企业管家."""

    role, weight = "steward", 35

    @task(3)
    def begin(self) -> None:
        """The desk, and one ticket of it."""
        self.open_one(self.look("/desk"))

    @task(3)
    def browse(self) -> None:
        """My enterprises, and one of them."""
        if own := one_of(self.look("/enterprises"), ENTERPRISE):
            self.look(f"/enterprises/{own}", "GET /enterprises/<id>")

    @task(2)
    def tickets(self) -> None:
        """The list, and one ticket of it."""
        self.open_one(self.look("/tickets"))

    @task(3)
    def log(self) -> None:
        """快记."""
        if own := one_of(self.look("/enterprises"), ENTERPRISE):
            said = mark()
            page, path = self.look(f"/log/new?for={own}", "GET /log/new"), f"/log/new?for={own}"
            self.fill(page, path, {"kind": "phone", "content": f"电话询问近期用电和订单情况，企业生产正常。{said}"},
                      "POST /log/new", kept=("interaction", said))

    @task(1)
    def write(self) -> None:
        """A message."""
        if own := one_of(self.look("/enterprises"), ENTERPRISE):
            said, path = mark(), f"/enterprises/{own}/messages"
            self.fill(self.look(path, "GET /enterprises/<id>/messages"), path, {"body": f"请查收补贴通知。{said}"},
                      "POST /enterprises/<id>/messages", kept=("message", said))

    def open_one(self, page: str) -> None:
        """One ticket that the page leads to."""
        if number := one_of(page, TICKET):
            self.look(f"/tickets/{number}", "GET /tickets/<number>")


class Member(Person):
    """企业成员."""

    role, weight = "member", 35

    @task(3)
    def home(self) -> None:
        """The home page."""
        self.look("/my")

    @task(3)
    def track(self) -> None:
        """How far a ticket is; now and then a word about it."""
        if not (number := one_of(self.look("/my/tickets"), TICKET)):
            return
        page = self.look(f"/my/tickets/{number}", "GET /my/tickets/<number>")
        if f"/my/tickets/{number}/message" in page:
            said, path = mark(), f"/my/tickets/{number}/message"
            self.fill(self.look(path, "GET /my/tickets/<number>/message"), path, {"words": f"材料已经备好。{said}"},
                      "POST /my/tickets/<number>/message", kept=("said", said))

    @task(2)
    def raise_demand(self) -> None:
        """提诉求, three steps and the page to check."""
        said = mark()
        steps = ({"kind": "help", "category": CATEGORY},
                 {"subject": f"门前道路围挡影响原料运输{said}", "content": f"围挡已有三周，货车进不来。{said}",
                  "urgency": "ordinary"},
                 {"contact_name": "联系人", "contact_phone": "13800000000"})
        page = self.look("/my/tickets/new/1")
        for number, fields in enumerate(steps, start=1):
            draft = re.search(r'name="draft"[^>]*value="(\w+)"', page)
            path = f"/my/tickets/new/{number}" + (f"?draft={draft[1]}" if draft else "")
            page = self.fill(page, path, fields, f"POST /my/tickets/new/{number}")
        if draft := re.search(r'name="draft"[^>]*value="(\w+)"', page):
            self.fill(page, f"/my/tickets/new/check?draft={draft[1]}", {"draft": draft[1]},
                      "POST /my/tickets/new/check", kept=("ticket", said))

    @task(1)
    def rate(self) -> None:
        """评价, by the link that came as a text."""
        if CAST["links"]:
            said, path = mark(), f"/r/{CAST['links'].pop()}"
            self.fill(self.look(path, "GET /r/<link>"), path, {"grade": "satisfied", "words": f"办得快。{said}"},
                      "POST /r/<link>", kept=("rating", said))


class Officer(Person):
    """经办人."""

    role, weight = "case_officer", 15

    @task
    def work(self) -> None:
        """The work list; sign for a ticket, say whom one has called, or what came of it."""
        number = one_of(self.look("/work"), TICKET)
        page = self.look(f"/tickets/{number}", "GET /tickets/<number>") if number else ""
        said, path = mark(), f"/tickets/{number}/"
        if f"{path}sign" in page:
            page = self.look(f"{path}sign", "GET /tickets/<number>/sign")
            self.fill(page, f"{path}sign", {"version": self.version(page)}, "POST /tickets/<number>/sign")
        elif f"{path}contact" in page:
            self.fill(self.look(f"{path}contact", "GET /tickets/<number>/contact"), f"{path}contact",
                      {"method": "电话", "words": f"电话联系企业，约定明天到现场。{said}"}, "POST /tickets/<number>/contact",
                      kept=("said", said))
        elif f"{path}propose-result" in page and random.random() < 0.3:
            page = self.look(f"{path}propose-result", "GET /tickets/<number>/propose-result")
            self.fill(page, f"{path}propose-result",
                      {"result_kind": "solved", "reason": f"扩建车间消防验收的要求已经协调一致，企业可以继续生产。{said}"},
                      "POST /tickets/<number>/propose-result")
        elif page:
            self.fill(page, f"{path}say", {"words": f"已与现场核对。{said}", "kind": "note"},
                      "POST /tickets/<number>/say", kept=("said", said))

    @staticmethod
    def version(page: str) -> str:
        """Which state of the ticket the form was printed for."""
        found = re.search(r'name="version"[^>]*value="(\d+)"', page)
        return found[1] if found else ""


class Clerk(Person):
    """受理派单、回访."""

    role, weight = "clerk", 7

    @task(2)
    def dispatch(self) -> None:
        """The queue; accept what has been submitted."""
        number = one_of(self.look("/dispatch"), TICKET)
        page, path = self.look(f"/tickets/{number}", "GET /tickets/<number>") if number else "", f"/tickets/{number}/"
        if f"{path}accept" in page:
            self.fill(self.look(f"{path}accept", "GET /tickets/<number>/accept"), f"{path}accept",
                      {"category": CATEGORY, "difficulty": "ordinary"}, "POST /tickets/<number>/accept")

    @task(2)
    def follow_up(self) -> None:
        """The queue; call one."""
        number, said = one_of(self.look("/follow-ups"), TICKET), mark()
        path = f"/tickets/{number}/follow-up"
        page = self.look(path, "GET /tickets/<number>/follow-up") if number else ""
        self.fill(page, path, {"was_reached": "yes", "is_solved": "yes", "is_satisfied": "yes", "words": f"都好。{said}"},
                  "POST /tickets/<number>/follow-up", kept=("said", said))

    @task(2)
    def search(self) -> None:
        """By a word."""
        self.look(f"/search?q={random.choice(SEARCHED)}")


class Supervisor(Person):
    """督办员."""

    role, weight = "supervisor", 3

    @task
    def watch(self) -> None:
        """The watch queue, one supervision of it, and one ticket."""
        page = self.look("/watch")
        if order := one_of(page, ORDER):
            self.look(f"/supervisions/{order}", "GET /supervisions/<id>")
        if number := one_of(page, TICKET):
            self.look(f"/tickets/{number}", "GET /tickets/<number>")


class Leader(Person):
    """领导."""

    role, weight = "leader", 3

    @task
    def read(self) -> None:
        """The brief and the figures."""
        self.look("/brief")
        self.look("/figures")


class Discipline(Person):
    """派驻纪检."""

    role, weight = "discipline_observer", 2

    @task
    def read(self) -> None:
        """What there is to see, and one ticket."""
        if number := one_of(self.look("/"), TICKET):
            self.look(f"/tickets/{number}", "GET /tickets/<number>")
