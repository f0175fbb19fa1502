"""短信网关: any that takes signed JSON; one that does not gets a small relay of the site before it."""

import json

from models import clock
from operations.delivery import signing
from operations.delivery.adapters.base import Message, Receipt
from operations.delivery.adapters.http import Gateway


class TextGateway:
    """``{"key", "to", "text"}`` with X-Timestamp, X-Signature and Idempotency-Key; taken when ``code`` is 0."""

    def __init__(self, url: str, secret: str, *, seconds: float) -> None:
        self.gateway, self.secret = Gateway(url, seconds=seconds), secret

    def send(self, message: Message) -> Receipt:
        """Hand it over."""
        said = {"key": message.key, "to": message.recipient, "text": message.words}
        body = json.dumps(said, ensure_ascii=False).encode()
        second = str(int(clock.now().timestamp()))
        return self.gateway.post(body, headers={
            "X-Timestamp": second, "X-Signature": signing.signature(self.secret, second, body),
            "Idempotency-Key": message.key,
        })
