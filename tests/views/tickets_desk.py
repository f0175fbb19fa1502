"""Somebody of the staff at a ticket's pages: finds the form of an act by its address and sends it."""

from models import clock
from models.base import db
from models.tickets import Ticket


class Desk:
    """``Desk(guest, life)``: every request stands at the life's moment."""

    def __init__(self, guest, life):
        self.guest, self.life, self.pages = guest, life, {}

    def as_(self, username):
        """The browser of this person, the same for the whole test."""
        if username not in self.pages:
            with clock.standing_at(self.life.now):
                self.pages[username] = self.guest(username)
        return self.pages[username]

    def opens(self, username, path="", **query):
        with clock.standing_at(self.life.now):
            return self.as_(username).opens(self.address(path))

    def address(self, path=""):
        return path if path.startswith("/") else f"/tickets/{self.number}{'/' if path and path[0] != '?' else ''}{path}"

    @property
    def number(self):
        return self.life.ticket.number

    def sends(self, username, page, verb, *, files=(), **changes):
        """The form of ``page`` that leads to ``verb``, with these changes."""
        index = next(i for i, form in enumerate(page.forms) if form["action"].split("?")[0].endswith(f"/{verb}"))
        with clock.standing_at(self.life.now):
            answer = self.as_(username).sends(page, index=index, files=files, **changes)
        db.session.expire_all()
        return answer

    def does(self, username, verb, **fields):
        """Open the page of an act and send it."""
        return self.sends(username, self.opens(username, verb), verb, **fields)

    @property
    def ticket(self):
        db.session.expire_all()
        return db.session.get_one(Ticket, self.life.ticket.id)
