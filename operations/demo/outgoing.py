"""What left the site one afternoon: a text that went, one that the gateway refused, one that it was too busy for."""

from collections.abc import Sequence

from models.base import db
from models.deliveries import Carrier
from models.notices import NoticeKind
from models.tickets import Ticket
from operations import notices
from operations.base import operation
from operations.delivery import fanout, sending
from operations.delivery.adapters.base import Message, Receipt
from operations.delivery.wording import Site
from operations.demo.scene import Stage

TOLD = ("chenjing", "zhoujian", "linfang")
CAME_BACK = (
    Receipt(True, reference="YZ-20481", code="0"),
    Receipt(False, code="40012", problem="网关拒收：40012"),
    Receipt(False, code="503", problem="网关回答 503", may_retry=True),
)


class _Played:
    """Answers what the story says."""

    def __init__(self, receipts: Sequence[Receipt]) -> None:
        self.receipts = iter(receipts)

    def send(self, message: Message) -> Receipt:
        """The next answer; nothing leaves this machine."""
        return next(self.receipts, CAME_BACK[0])


def text_three(stage: Stage) -> None:
    """催办 by text message."""
    _tell(stage)
    fanout.deliver([Carrier.SMS])
    site = Site("政企直通车", "https://zhitongche.example")
    sending.send_due(Carrier.SMS, _Played(CAME_BACK), site=site)


@operation
def _tell(stage: Stage) -> None:
    ticket = db.session.get_one(Ticket, next(iter(stage.tickets.values())))
    people = [stage.city.users[username].id for username in TOLD]
    notices.tell(people, ticket, f"催办：{ticket.subject}", kind=NoticeKind.SUPERVISION)
