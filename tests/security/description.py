"""An OpenAPI description of what one role can send: made from the routes, the matrix and the pages themselves.

Scanners and schemathesis are given it, since no crawler fills in a form well enough to come upon the next page.
"""

from werkzeug.routing import AnyConverter

from models.tickets import Act

UPLOAD = {"type": "string", "format": "binary"}
# Sent in a header instead, and drawn anew by each page.
LEFT_OUT = ("csrf_token",)
MOST = 8  # values told of one name
HALL = "/api/hall/cases"


def described(doors, url_map):
    """The description as a dict; an address is told once for all that its rule matches, but acts and words apart."""
    adapter, paths = url_map.bind("127.0.0.1"), {}
    for door in doors:
        rule, arguments = adapter.match(door.path, method=door.method, return_rule=True)
        template, named = templated(rule, arguments)
        told = paths.setdefault(template, {}).setdefault(door.method.lower(), Told())
        told.add(named, door)
    return {"openapi": "3.0.3", "info": {"title": "zhitongche", "version": "1"},
            "paths": {path: {method: told.operation() for method, told in methods.items()}
                      for path, methods in sorted(paths.items())}}


def templated(rule, arguments):
    """``/tickets/{number}/accept``, and what its names stand for in this address."""
    words, named = [], {}
    for is_argument, word in rule._trace:
        value = arguments.get(word) if is_argument else None
        if isinstance(value, Act):
            words.append(str(value).replace("_", "-"))
        elif is_argument and isinstance(rule._converters[word], AnyConverter):
            words.append(value)
        elif is_argument:
            words.append(f"{{{word}}}")
            named[word] = value
        else:
            words.append(word)
    return "".join(words).lstrip("|"), named


class Told:
    """One operation: the values of each name wherever it was seen."""

    def __init__(self):
        self.places = {"path": {}, "query": {}, "form": {}}
        self.files = set()

    def add(self, named, door):
        for place, seen in (("path", {name: [value] for name, value in named.items()}), ("query", door.query),
                            ("form", door.fields)):
            for name, values in seen.items():
                if not name.endswith(LEFT_OUT):
                    known = self.places[place].setdefault(name, [])
                    known.extend(value for value in values[:MOST] if value not in known and len(known) < MOST)
        self.files |= door.files

    def operation(self):
        parameters = [
            {"in": place, "name": name, "required": place == "path", "schema": schema(values), "example": values[0]}
            for place in ("path", "query") for name, values in self.places[place].items()
        ]
        told = {"parameters": parameters, "responses": {"default": {"description": ""}}}
        properties = {name: schema(values) for name, values in self.places["form"].items()}
        properties |= {name: UPLOAD for name in self.files}
        if properties:
            kind = "multipart/form-data" if self.files else "application/x-www-form-urlencoded"
            told["requestBody"] = {"content": {kind: {"schema": {"type": "object", "properties": properties}}}}
        return told


def schema(values):
    """What the pages offer, and anything else that fits: nobody outside the site knows more."""
    if all(isinstance(value, int) for value in values):
        return {"anyOf": [{"enum": values}, {"type": "integer"}], "example": values[0]}
    texts = [str(value) for value in values]
    return {"anyOf": [{"type": "string", "enum": texts}, {"type": "string"}], "example": next(filter(None, texts), "x")}
