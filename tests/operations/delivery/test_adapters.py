"""Every kind of gateway there is, on a real server: what it is taken for, and how long it can hold anybody up."""

import json
import logging
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from models import clock
from models.deliveries import Carrier
from operations.delivery import adapters, signing
from operations.delivery.adapters.base import Message
from operations.delivery.adapters.bots import DingTalk, WeCom
from operations.delivery.adapters.mail import Mail
from operations.delivery.adapters.sms import TextGateway
from tests import gateways
from tests.gateways import Gateway

SECRET = "a secret of both sides, long enough to be one"
HELLO = Message("key-1", "13900000001", "【站】督办", "【站】督办（ZQ-2026-08-000001）")
SECONDS = 0.4
LYING = [
    b'{"errcode": 310000, "errmsg": "sign not match"}', b"", b"ok", b"<html>login</html>", b"[]", b"0", b"null", b"{}",
    b'{"errcode": false}', b'{"errcode": null}', b'{"errcode": "0x0"}', b'{"errcode": [0]}', b'{"errcode": 0.0}',
    b'{"code": "\xe2\x91\xa0"}', b"\xff\xfe{}", b"[" * 60_000,
]


def text(gateway):
    with gateway.open() as url:
        return TextGateway(url, SECRET, seconds=SECONDS).send(HELLO)


def test_a_text_is_signed_and_carries_its_key():
    gateway = Gateway()
    receipt = text(gateway)
    (_, headers, body), = gateway.seen

    assert (receipt.is_taken, receipt.reference, receipt.code) == (True, "A-1", "0")
    assert json.loads(body) == {"key": "key-1", "to": HELLO.recipient, "text": HELLO.words}
    assert headers["X-Signature"] == signing.signature(SECRET, headers["X-Timestamp"], body)
    assert headers["Idempotency-Key"] == "key-1"


def test_a_gateway_whose_certificate_nobody_vouches_for_hears_nothing(tmp_path):
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    pem = made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    own = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "both.pem").write_bytes(own + pem)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "both.pem")
    gateway = Gateway()
    with gateway.open(tls) as url:
        receipt = TextGateway(url, SECRET, seconds=5).send(HELLO)
    assert not receipt.is_taken and "SSLError" in receipt.problem and gateway.seen == []


@pytest.mark.parametrize("body", LYING, ids=lambda body: body[:24].decode("latin-1"))
def test_200_alone_is_no_receipt(body):
    assert not text(Gateway(body)).is_taken


@pytest.mark.parametrize(("body", "may_retry", "must_pause"), [
    (b'{"errcode": 45009}', True, True), (b'{"errcode": 130101}', True, True), (b'{"errcode": -1}', True, False),
    (b'{"errcode": 40058}', False, False), (b"garbage", True, False),
])
def test_what_a_gateway_says_decides_whether_it_is_tried_again(body, may_retry, must_pause):
    receipt = text(Gateway(body))
    assert (receipt.is_taken, receipt.may_retry, receipt.must_pause) == (False, may_retry, must_pause)


@pytest.mark.parametrize(("status", "may_retry", "must_pause"), [
    (500, True, False), (503, True, False), (401, True, False), (429, True, True), (400, False, False),
])
def test_so_does_the_status(status, may_retry, must_pause):
    receipt = text(Gateway(status=status))
    assert (receipt.is_taken, receipt.may_retry, receipt.must_pause) == (False, may_retry, must_pause)


@pytest.mark.parametrize("answer", [
    gateways.hangs, gateways.drips_a_header, gateways.drips_a_body, gateways.floods, gateways.redirects,
    gateways.breaks_off,
])
def test_a_bad_gateway_holds_nobody_longer_than_it_may(answer):
    gateway, began = Gateway(answer), time.monotonic()
    with gateway.open() as url:
        receipt = TextGateway(url, SECRET, seconds=SECONDS).send(HELLO)
        took = time.monotonic() - began

    assert (receipt.is_taken, receipt.may_retry) == (False, True)
    assert took < SECONDS + 0.5 and len(gateway.seen) == 1


def test_a_gateway_that_is_not_there():
    receipt = WeCom(f"http://127.0.0.1:{free_port()}/send", "the-key", seconds=SECONDS).send(HELLO)
    assert receipt.may_retry and "the-key" not in receipt.problem


def test_bots_say_it_as_their_groups_want_it(caplog):
    caplog.set_level(logging.DEBUG)
    gateway = Gateway()
    with gateway.open() as url, clock.standing_at(datetime(2026, 8, 19, 1, tzinfo=UTC)):
        assert WeCom(url, "wecom-key", seconds=5).send(HELLO).is_taken
        assert DingTalk(url, "ding-token", "ding-secret", seconds=5).send(HELLO).is_taken
    wecom, ding = gateway.said
    assert wecom["text"]["mentioned_mobile_list"] == ding["at"]["atMobiles"] == [HELLO.recipient]
    assert gateway.seen[0][0].endswith("?key=wecom-key")
    # As DingTalk's own page computes it for this millisecond.
    assert "timestamp=1787101200000&sign=DjFoZToXyK3c5KFxWnkIBDlZyWbIMIvn%2FmeknqyUSLY%3D" in gateway.seen[1][0]
    assert "wecom-key" not in caplog.text and "ding-token" not in caplog.text


class Inbox:
    """``refusals`` are what the server says to a recipient."""

    def __init__(self, refusal=""):
        self.refusal, self.mails = refusal, []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def mail(inbox, recipient="liumin@yunzhou.example"):
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        adapter = Mail(f"127.0.0.1:{port}", sender="noreply@zqztc.example", security="none", user="", password="",
                       seconds=5)
        return adapter.send(Message("key-1", recipient, HELLO.subject, HELLO.words))
    finally:
        controller.stop()


def test_a_mail_arrives_with_its_subject_and_its_key():
    inbox = Inbox()
    assert mail(inbox).is_taken
    arrived, = inbox.mails
    assert (arrived["Subject"], arrived.get_content().strip()) == (HELLO.subject, HELLO.words)
    assert arrived["Message-ID"] == "<key-1@zqztc.example>" and arrived["To"] == "liumin@yunzhou.example"


@pytest.mark.parametrize(("refusal", "may_retry"), [("550 no such user", False), ("451 later", True)])
def test_a_mail_that_is_refused_for_good_is_not_sent_again(refusal, may_retry):
    receipt = mail(Inbox(refusal))
    assert (receipt.is_taken, receipt.may_retry) == (False, may_retry)
    assert "no such user" not in receipt.problem


@pytest.mark.parametrize("recipient", ["a@b\r\nBcc: c@d.example", "a@b\nX", "", "a@b.example, c@d.example",
                                       "a@b.example;c@d.example", "a b@c.example"])
def test_a_mail_goes_to_one_address_or_to_nobody(recipient):
    inbox = Inbox()
    receipt = mail(inbox, recipient)
    assert not receipt.is_taken and not receipt.may_retry and not inbox.mails


def test_a_mail_server_that_drips_holds_nobody_longer_than_it_may():
    with socket.create_server(("127.0.0.1", 0)) as server:
        def drip():
            talk, _ = server.accept()
            with talk:
                try:
                    for _ in range(100):
                        talk.sendall(b"220-wait\r\n")
                        time.sleep(0.05)
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        began = time.monotonic()
        adapter = Mail(f"127.0.0.1:{server.getsockname()[1]}", sender="a@b.example", security="none", user="",
                       password="", seconds=SECONDS)
        receipt = adapter.send(HELLO)
    assert receipt.may_retry and time.monotonic() - began < SECONDS + 0.5


def test_each_carrier_is_made_from_the_settings_or_is_off():
    nothing = {"GATEWAY_SECONDS": 1, "TEXTING": "off", "MAIL_SERVER": "", "WECOM_KEY": "", "DINGTALK_TOKEN": ""}
    assert adapters.carriers_on(nothing) == ()
    assert {type(adapters.made(carrier, nothing)).__name__ for carrier in Carrier} == {"Off"}
    everything = {
        "GATEWAY_SECONDS": 1, "TEXTING": "gateway", "TEXT_GATEWAY_URL": "https://sms.example/send",
        "TEXT_GATEWAY_SECRET": SECRET, "MAIL_SERVER": "mail.example:25", "MAIL_FROM": "a@b.example",
        "MAIL_SECURITY": "starttls", "MAIL_USER": "", "MAIL_PASSWORD": "", "WECOM_URL": "https://wecom.example/send",
        "WECOM_KEY": "k", "DINGTALK_URL": "https://ding.example/send", "DINGTALK_TOKEN": "t", "DINGTALK_SECRET": "",
    }
    assert adapters.carriers_on(everything) == tuple(Carrier)
    made = [type(adapters.made(carrier, everything)).__name__ for carrier in Carrier]
    assert made == ["TextGateway", "Mail", "WeCom", "DingTalk"]
