"""What somebody signed in can send to the site: every address they may open, and every form and link found there."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from tests.security import matrix
from tests.security.caller import code_of

CLOSED = ("404", "in", "403")
# Whoever sends these is somebody else afterwards, or nobody.
LEAVING = ("/logout", "/password/", "/login", "/account/password", "/account/sessions")


@dataclass(slots=True)
class Door:
    """``fields`` and ``query`` are names with the values that pages offer for them; ``files`` are uploads."""

    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)

    @property
    def leads_out(self):
        return self.path.startswith(LEAVING)

    def offers(self, fields):
        """Each (name, value) as a page has it; a name without a choice has one value."""
        into = self.fields if self.method == "POST" else self.query
        for name, value in fields:
            known = into.setdefault(name, [])
            if value not in known:
                known.append(value)


class Doors(dict):
    """By method and path, as they are found."""

    def door(self, method, address):
        asked = urlsplit(address)
        door = self.setdefault((method, asked.path), Door(method, asked.path))
        for name, value in parse_qsl(asked.query, keep_blank_values=True):
            known = door.query.setdefault(name, [])
            if value not in known:
                known.append(value)
        return door

    def found_on(self, path, page):
        """The links and the forms of a page."""
        for link in page.tree.iter("a"):
            address = urljoin(path, link.get("href") or "")
            if address.startswith("/") and not address.startswith(("//", "/static")):
                self.door("GET", address)
        for form in page.tree.iter("form"):
            method = (form.get("method") or "get").upper()
            door = self.door(method, urljoin(path, form.get("action") or path))
            door.offers(offered_by(form))
            door.files.update(field.get("name") for field in form.iter("input") if field.get("type") == "file")


def offered_by(form):
    """Every name of a form with every value that may be chosen, also of buttons."""
    for one in form.iter("input", "textarea", "select", "button"):
        name = one.get("name")
        if not name or one.get("type") == "file":
            continue
        if one.tag == "select":
            yield from ((name, option.get("value") or "") for option in one.iter("option"))
        elif one.tag == "textarea":
            yield name, one.text or ""
        else:
            yield name, one.get("value") or ""


def rows_open_to(username):
    return [row for row in matrix.rows() if row.codes[username] not in CLOSED and not row.path.startswith("/static")]


def doors_of(username, opens, names):
    """Of a role. ``opens(path)`` is the page there, as ``Page``; ``names`` are those of town.py."""
    doors = Doors()
    for row in rows_open_to(username):
        path, fields = row.filled_in(names)
        doors.door(row.method, path).offers(fields.items())
    for path in sorted({path for method, path in doors if method == "GET"}):
        page = opens(path)
        page.answer.close()
        if page.answer.mimetype == "text/html" and code_of(page.answer) == "200":
            doors.found_on(path, page)
    return doors
