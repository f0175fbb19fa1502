"""Somebody of a role who sends the site what it offers them with something odd in it; see oddities.py."""

import re
from urllib.parse import quote, urlencode

from tests.pictures import paper, picture, with_place
from tests.security import oddities
from tests.security.caller import Upload
from tests.security.doors import doors_of
from tests.security.forms import CSV, FORMS, PLACES, ROUTES, SHEET, filled_in
from tests.security.matrix import ANYBODY

URLENCODED = oddities.KINDS[0]
LONGEST = 4000  # of an address: more than 4,094 in one line the web server does not let in
FILES = {
    "填报.xlsx": SHEET, "填报.csv": CSV, "目录.csv": ROUTES, "区划.csv": PLACES, "扫描件.pdf": paper(),
    "照片.png": picture(), "照片.jpg": with_place(), "照片.webp": picture("WEBP"), "表.docx": SHEET,
}


class Careless:
    """``draws()`` what to send, ``sends()`` it."""

    def __init__(self, username, town, chance):
        self.caller, self.chance, self.is_anybody = town.callers[username], chance, username == ANYBODY
        found = doors_of(username, self.caller.page, town.names).values()
        self.doors = {method: [door for door in found if door.method == method and not door.leads_out]
                      for method in ("GET", "POST")}
        self.good = [filled_in(self.caller, form, town.names) for form in FORMS if form.username == username]
        fields = [door.fields for door in self.doors["POST"]]
        self.known = sorted({value for one in fields for values in one.values() for value in values})

    def draws(self):
        chance = self.chance
        given = chance.choice((self._link, self._posted, self._form, self._address, self._body))()
        given["headers"] = dict(chance.choices(oddities.HEADERS, k=chance.choice((0, 0, 0, 1, 2))))
        if chance.random() < 0.02:
            given["method"] = chance.choice(oddities.METHODS)
        return given

    def sends(self, given):
        answer = self.caller.asks(**given)
        answer.get_data()
        answer.close()
        return answer

    def _link(self):
        door = self._door("GET")
        return {"method": "GET", "path": self._address_of(door)}

    def _posted(self):
        door = self._door("POST")
        fields = {name: self.chance.choice(values) for name, values in door.fields.items()}
        return self._post(self.chance.choice((door.path, self._address_of(door))), fields, door.files)

    def _form(self):
        """A form that is in order but for one field or a few."""
        if not self.good:
            return self._posted()
        path, fields = self.chance.choice(self.good)
        files = [name for name, value in fields.items() if isinstance(value, Upload)]
        return self._post(path, {name: value for name, value in fields.items() if name not in files}, files)

    def _address(self):
        """With an odd word in place of one of its own, escaped and raw."""
        door = self._door(self.chance.choice(("GET", "GET", "POST")))
        words = door.path.split("/")
        named = [place for place, word in enumerate(words) if re.search("[0-9A-Z]", word)] or range(1, len(words))
        odd = oddities.value(self.chance, self.known)[:300]
        words[self.chance.choice(named)] = self._escaped(odd)
        return {"method": door.method, "path": "/".join(words)[:LONGEST] or "/"}

    def _body(self):
        """What is no form, with a token that lets it through."""
        door = self._door("POST")
        body, kind = self.chance.choice(oddities.BODIES), self.chance.choice(oddities.KINDS)
        query = urlencode({"csrf_token": self.caller.token})
        return {"method": "POST", "path": self.chance.choice((door.path, f"{door.path}?{query}")),
                "data": self.chance.choice((body, body + f"&csrf_token={self.caller.token}".encode())),
                "content_type": kind}

    def _post(self, path, fields, files):
        chance, pairs = self.chance, self._changed(fields)
        if chance.random() < 0.95:
            pairs = [(name, value) for name, value in pairs if name != "csrf_token"]
            pairs.append(("csrf_token", self.caller.token))
        if files or chance.random() < 0.2:
            body, kind = multipart([(name, "", value) for name, value in pairs] + [self._file(name) for name in files])
        else:
            body, kind = urlencode(pairs, errors="surrogatepass").encode(), URLENCODED
        if chance.random() < 0.05:
            body = oddities.changed(chance, body)
        return {"method": "POST", "path": path, "data": body, "content_type": kind}

    def _file(self, field):
        chance, (name, content) = self.chance, self.chance.choice(list(FILES.items()))
        if chance.random() < 0.7:
            content = oddities.changed(chance, content)
        return field, name if chance.random() < 0.7 else oddities.value(chance)[:300], content

    def _address_of(self, door):
        query = self._changed({name: self.chance.choice(values) for name, values in door.query.items()})
        asked = "&".join(f"{self._escaped(name)}={self._escaped(value[:900])}" for name, value in query)
        return f"{door.path}?{asked}"[:LONGEST]

    def _changed(self, fields):
        """Names and values: some odd, one lacking, one twice, one that nobody knows."""
        chance, pairs = self.chance, list(fields.items())
        for _ in range(chance.choice((1, 1, 1, 2, 3, oddities.MOST)) if pairs else 0):
            place = chance.randrange(len(pairs))
            pairs[place] = (pairs[place][0], oddities.value(chance, self.known))
        if pairs and chance.random() < 0.2:
            pairs.append((chance.choice(pairs)[0], oddities.value(chance, self.known)))
        if pairs and chance.random() < 0.2:
            pairs.pop(chance.randrange(len(pairs)))
        if chance.random() < 0.1:
            pairs.append((oddities.value(chance)[:80], oddities.value(chance, self.known)))
        return pairs

    def _escaped(self, words):
        escaped = quote(words.encode("utf-8", "surrogatepass"), safe="")
        return re.sub("%00", "%01", escaped) if self.chance.random() < 0.9 else escaped  # it is refused at once

    def _door(self, method):
        return self.chance.choice(self.doors[method])


def multipart(parts):
    """The body and its type; names and values are sent as they are, whatever is in them."""
    made = b""
    for name, file_name, content in parts:
        content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        named = f'; filename="{file_name}"' if file_name else ""
        head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        made += head.encode("utf-8", "surrogatepass") + content + b"\r\n"
    return made + b"--xyz--\r\n", "multipart/form-data; boundary=xyz"
