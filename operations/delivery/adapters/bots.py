"""群机器人 of WeCom and DingTalk: they speak into a group, so they say no more than that somebody should look."""

import base64
import hashlib
import hmac
import json
from typing import Any

from models import clock
from operations.delivery.adapters.base import Message, Receipt
from operations.delivery.adapters.http import Gateway


class WeCom:
    """企业微信: the key stands in the address."""

    def __init__(self, url: str, key: str, *, seconds: float) -> None:
        self.gateway, self.key = Gateway(url, seconds=seconds), key

    def send(self, message: Message) -> Receipt:
        """Speak into the group; the person is mentioned by mobile."""
        text = {"content": message.words, "mentioned_mobile_list": [message.recipient]}
        return self.gateway.post(_body({"msgtype": "text", "text": text}), headers={"Idempotency-Key": message.key},
                                 query={"key": self.key})


class DingTalk:
    """钉钉: token in the address, and a signature over the millisecond."""

    def __init__(self, url: str, token: str, secret: str, *, seconds: float) -> None:
        self.gateway, self.token, self.secret = Gateway(url, seconds=seconds), token, secret

    def send(self, message: Message) -> Receipt:
        """Speak into the group; the person is mentioned by mobile."""
        said = {"msgtype": "text", "text": {"content": f"{message.words} @{message.recipient}"},
                "at": {"atMobiles": [message.recipient], "isAtAll": False}}
        return self.gateway.post(_body(said), headers={"Idempotency-Key": message.key}, query=self._signed())

    def _signed(self) -> dict[str, str]:
        query = {"access_token": self.token}
        if self.secret:
            moment = str(int(clock.now().timestamp() * 1000))
            sealed = hmac.new(self.secret.encode(), f"{moment}\n{self.secret}".encode(), hashlib.sha256).digest()
            query |= {"timestamp": moment, "sign": base64.b64encode(sealed).decode()}
        return query


def _body(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
