"""电子邮件 by SMTP."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime

from models import clock
from operations.delivery.adapters.base import Message, Receipt
from operations.delivery.adapters.limits import Deadline, within

TLS, STARTTLS, PLAIN = "tls", "starttls", "none"


class Mail:
    """One server. ``server`` is ``host:port``; the connection is made anew for each message."""

    def __init__(self, server: str, *, sender: str, security: str, user: str, password: str, seconds: float) -> None:
        self.host, _, port = server.rpartition(":")
        self.port, self.sender, self.security = int(port), sender, security
        self.user, self.password, self.seconds = user, password, seconds

    def send(self, message: Message) -> Receipt:
        """Hand it over; a message that its server refuses for good is not tried again."""
        try:
            mail = self._written(message)
        except ValueError:
            return Receipt(False, problem="收件地址不成立")
        with within(self.seconds) as deadline:
            try:
                return self._hand_over(mail, deadline)
            except smtplib.SMTPRecipientsRefused as refusal:
                return _refused(next((code for code, _ in refusal.recipients.values()), 550), "收件地址")
            except smtplib.SMTPDataError as refusal:
                return _refused(refusal.smtp_code, "邮件")
            except smtplib.SMTPResponseException as problem:
                return Receipt(False, code=str(problem.smtp_code), problem="邮件服务器不接受", may_retry=True)
            except (smtplib.SMTPException, OSError) as problem:
                words = "没有按时回答" if deadline.is_over or isinstance(problem, TimeoutError) else "连不上"
                return Receipt(False, problem=f"{words}：{type(problem).__name__}", may_retry=True)

    def _hand_over(self, mail: EmailMessage, deadline: Deadline) -> Receipt:
        server = self._connected(deadline)
        try:
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)
            with suppress(smtplib.SMTPException, OSError):  # it has the mail, however it says goodbye
                server.quit()
        finally:
            server.close()
        return Receipt(True, reference=str(mail["Message-ID"])[:80], code="250")

    def _connected(self, deadline: Deadline) -> smtplib.SMTP:
        if self.security == TLS:
            kind = _watching(smtplib.SMTP_SSL, deadline)
            return kind(self.host, self.port, timeout=self.seconds, context=ssl.create_default_context())
        server = _watching(smtplib.SMTP, deadline)(self.host, self.port, timeout=self.seconds)
        if self.security == STARTTLS:
            server.starttls(context=ssl.create_default_context())
            deadline.watch(server.sock)
        return server

    def _written(self, message: Message) -> EmailMessage:
        """The mail. ValueError for a recipient that is not just one address: it would become a header of its own, reach
        others too, or nobody."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, message.recipient, message.subject
        if [one.addr_spec for one in mail["To"].addresses] != [message.recipient]:
            raise ValueError(message.recipient)
        mail["Date"] = format_datetime(clock.now())
        mail["Message-ID"] = f"<{message.key}@{self.sender.rpartition('@')[2].rstrip('>') or self.host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.words)
        return mail


def _watching(kind: type[smtplib.SMTP], deadline: Deadline) -> type:
    """The same client, whose connection the deadline knows before the server has said its first word."""

    class Watched(kind):  # type: ignore[valid-type,misc]
        def _get_socket(self, host: str, port: int, timeout: float) -> object:
            made = super()._get_socket(host, port, timeout)
            deadline.watch(made)
            return made

    return Watched


def _refused(code: int, what: str) -> Receipt:
    is_for_good = code >= 500
    return Receipt(False, code=str(code), problem=f"{what}被拒收：{code}", may_retry=not is_for_good)
