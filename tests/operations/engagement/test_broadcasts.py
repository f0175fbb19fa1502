"""群发: who is meant, who gets it, who has opted out, who has read it; and that it is written by sets."""

import pytest
from sqlalchemy import func, select

from models import clock
from models.access import Post, Role
from models.base import db
from models.bulk import insert_rows
from models.correspondence import Broadcast, BroadcastDelivery, DeliveryOutcome
from models.directory import Enterprise, EnterpriseCategory, EnterpriseStatus, Tag
from models.engagement import Interaction
from models.log import Event
from models.notices import Notice
from operations.engagement import broadcasts
from operations.engagement.broadcasts import Letter, Narrowing
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import correspondence
from tests.lives import START
from tests.views.counting import statements

LETTER = Letter("稳岗补贴", "稳岗补贴十二月十五日前申报，请尽快准备材料。")
SENT, OUT, NOBODY = DeliveryOutcome.SENT, DeliveryOutcome.OPTED_OUT, DeliveryOutcome.NO_ACCOUNT


@pytest.fixture(autouse=True)
def now():
    with clock.standing_at(START):
        yield


@pytest.fixture
def send(city, people):
    def sent(by="liumin", text=LETTER, **narrowing):
        return broadcasts.send(actor=people[by], narrowing=Narrowing(**narrowing), text=text)

    return sent


def outcomes(broadcast):
    rows = select(Enterprise.short_name, BroadcastDelivery.outcome).join(BroadcastDelivery)
    return dict(db.session.execute(rows.where(BroadcastDelivery.broadcast_id == broadcast.id)).all())


def test_a_steward_reaches_their_own_and_the_log_says_who_was_not_reached(send, people):
    broadcast = send()
    assert outcomes(broadcast) == {
        "恒轧机械": SENT, "鑫源包装": SENT, "福兴热电": NOBODY, "好邻居便利店": NOBODY, "天工数控": NOBODY, "中北物流": NOBODY,
    }
    told = set(db.session.scalars(select(Notice.user_id)))
    assert told == {people["hengzha"].user_id, people["xinyuan"].user_id}
    assert db.session.scalar(select(func.count(Interaction.id))) == 0
    event = db.session.scalars(select(Event).where(Event.action == "send_broadcast")).one()
    assert "稳岗" not in event.body


def test_the_count_before_is_the_delivery_after(send, people):
    broadcasts.opt_out(db.session.scalars(select(Enterprise).where(Enterprise.short_name == "鑫源包装")).one(),
                       actor=people["xinyuan"])
    before = broadcasts.count_receivers(people["wujie"], Narrowing())
    after = correspondence.outcomes_of(send("wujie"))
    assert before == {SENT: 2, OUT: 1, NOBODY: 5}
    assert (after["unread"], after["opted_out"], after["no_account"], after["all"]) == (2, 1, 5, 8)


def test_filters_narrow_and_scope_holds(send, city, people):
    def names(by, **narrowing):
        meant = broadcasts.receivers(people[by], Narrowing(**narrowing))
        return set(db.session.scalars(select(Enterprise.short_name).where(Enterprise.id.in_(meant))))

    district, firm = city.regions["990103"].id, city.enterprises["恒轧机械"]
    db.session.add(Tag(enterprise_id=firm.id, label="专精特新", tagged_by_id=people["liumin"].user_id, created_at=START))
    db.session.commit()
    assert names("wujie", region_id=district) == {"天工数控", "宏达电商产业园"}
    assert names("liumin", region_id=district) == {"天工数控"}
    assert names("liumin", category=EnterpriseCategory.SOLE_TRADER) == {"好邻居便利店"}
    assert names("wujie", tag="专精特新") == {"恒轧机械"}
    assert names("hejun") == {"鑫源包装", "福兴热电", "天工数控"}
    db.session.get_one(Enterprise, firm.id).status = EnterpriseStatus.DEREGISTERED
    db.session.flush()
    assert names("wujie", tag="专精特新") == set()


def test_who_opted_out_gets_nothing_until_they_come_back(send, city, people):
    firm = city.enterprises["恒轧机械"]
    for _ in range(2):
        broadcasts.opt_out(firm, actor=people["hengzha"])
    assert broadcasts.has_opted_out(firm.id) and outcomes(send())["恒轧机械"] is OUT
    broadcasts.opt_in(firm, actor=people["hengzha"])
    assert not broadcasts.has_opted_out(firm.id) and outcomes(send())["恒轧机械"] is SENT


def test_reading_is_said_once_by_who_got_it(send, people):
    broadcast = send()
    broadcasts.mark_read(broadcast.id, actor=people["hengzha"])
    broadcasts.mark_read(broadcast.id, actor=people["hengzha"])
    assert correspondence.outcomes_of(broadcast)["read"] == 1
    with pytest.raises(NotFound):
        broadcasts.mark_read(broadcast.id, actor=people["hongda"])


@pytest.mark.parametrize(
    ("by", "text", "refusal"),
    [
        ("chenjing", LETTER, NotAllowed), ("hengzha", LETTER, NotAllowed),
        ("liumin", Letter("", "内容"), BadInput), ("liumin", Letter("题" * 61, "内容"), BadInput),
        ("liumin", Letter("标题", "长" * 2001), BadInput),
    ],
)
def test_what_may_not_be_sent_leaves_nothing(send, by, text, refusal):
    with pytest.raises(refusal):
        send(by, text)
    assert db.session.scalar(select(func.count(Broadcast.id))) == 0


def test_nothing_is_sent_to_nobody(send):
    with pytest.raises(Refused, match="没有企业能收到"):
        send(category=EnterpriseCategory.SOLE_TRADER)
    assert db.session.scalar(select(func.count()).select_from(BroadcastDelivery)) == 0


def test_a_thousand_take_as_many_statements_as_two(send, city, people):
    send("wujie")  # the rules are read once and kept
    with statements() as few:
        send("wujie")
    crowd(city, people, 1000)
    with statements() as many:
        broadcast = send("wujie")
    assert len(many) == len(few)
    assert correspondence.outcomes_of(broadcast)["unread"] == 1003


def crowd(city, people, count):
    """Enterprises with one member, who is the same person for all."""
    region, user_id = city.regions["990102001"].id, people["hongda"].user_id
    last = db.session.scalar(select(func.max(Enterprise.id)))
    rows = [{"id": last + n, "name": f"云州第{n}号商行", "short_name": "", "kind": "company", "category": "general",
             "status": "operating", "region_id": region, "address": "", "industry": "", "contact_name": "",
             "contact_phone": "", "legal_representative": "", "has_green_card": False, "created_at": START,
             "quiet_since": START}
            for n in range(1, count + 1)]
    insert_rows(db.session.connection(), Enterprise.__table__, rows)
    posts = [{"user_id": user_id, "role": Role.ENTERPRISE_MEMBER, "enterprise_id": row["id"], "title": "", "rank": 9,
              "started_at": START} for row in rows]
    insert_rows(db.session.connection(), Post.__table__, posts)
    db.session.commit()
