"""URL parts that are already typed and bounded when a view sees them."""

from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

from models.tickets import Act


class ActConverter(BaseConverter):
    """``/tickets/…/report-result`` arrives as ``Act.REPORT_RESULT``; an unknown verb is a 404."""

    regex = "[a-z]+(?:-[a-z]+)*"

    def to_python(self, value: str) -> Act:
        try:
            return Act(value.replace("-", "_"))
        except ValueError as error:
            raise ValidationError from error

    def to_url(self, value: Act) -> str:
        return str(value).replace("_", "-")


class IdConverter(IntegerConverter):
    """A row's id: what does not fit the column is not there."""

    def __init__(self, map: object, *args: object, **kwargs: object) -> None:  # noqa: A002 – Werkzeug's own name
        super().__init__(map, min=1, max=2**31 - 1)  # type: ignore[arg-type]


def row_id(text: str) -> int:
    """The same in a query, as ``type`` of ``request.args.get``: raises ValueError for what no row can have."""
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError
    return number


class NumberConverter(BaseConverter):
    """A ticket's number, ``ZQ-2026-11-0482913``."""

    regex = r"ZQ-[0-9]{4}-[0-9]{2}-[0-9]{7}"


class ProxyConverter(BaseConverter):
    """The number of a counted case's proxy, ``ZG-2026-11-0482913``: what stands behind it has a page of its own."""

    regex = r"ZG-[0-9]{4}-[0-9]{2}-[0-9]{7}"


CONVERTERS = {"act": ActConverter, "id": IdConverter, "number": NumberConverter, "proxy": ProxyConverter}
