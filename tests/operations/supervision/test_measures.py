"""Above the second supervision: talks, listings, referrals, and the unit's word against them, as people live it."""

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models.access import Post, Role
from models.base import db
from models.directory import Organisation
from models.log import Event
from models.measures import (
    Commitment,
    Measure,
    MeasureEnd,
    MeasureKind,
    ReconsiderationOutcome,
)
from models.notices import Notice
from models.supervision import Level, Supervision, SupervisionEnd
from models.tickets import ProposalKind, ResultKind
from operations.access.people import actor_named
from operations.access.scope import visible_proposals
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import measures as shown
from operations.insight import order_card
from operations.supervision import chain, supervision
from operations.supervision.measures import by_rule, carrying_out, deciding, proposing, reconsidering
from operations.supervision.measures.carrying_out import Record
from operations.supervision.measures.proposing import Grounds, Person
from operations.tickets import handling
from tests.lives import LAND, POWER, Life, shanghai

K = MeasureKind
DUE, UNREAD, SECOND_DUE = "2026-08-26 17:30", "2026-08-28 17:30", "2026-09-01 17:30"
TWO = {"direct": Person("陈某", "科长"), "leading": Person("周某", "分管副总")}


@pytest.fixture
def late(life):
    """Signed and contacted in time; the case clock lapses on the 26th at 17:30."""
    life.handling().sign()
    life.does(handling.contact, "chenjing", method="电话", words="已联系")
    return life


def does(life, act, *args, **rest):
    """An act at the life's moment; every page after it reads anew."""
    with life.here():
        made = act(*args, **rest)
    db.session.expire_all()
    return made


def bare():
    """A connection that nothing of ours has looked at: the database alone refuses."""
    db.session.commit()
    return db.engine.begin()


def the_measure(kind=K.TALK):
    db.session.expire_all()
    return db.session.scalars(select(Measure).where(Measure.kind == kind)).one()


def orders(level):
    db.session.expire_all()
    return list(db.session.scalars(select(Supervision).where(Supervision.level == level).order_by(Supervision.id)))


def told(username):
    user = actor_named(username).user_id
    return list(db.session.scalars(select(Notice.subject).where(Notice.user_id == user)))


def climb(life):
    """Reminder, first, unread, second, which lapses: a talk is proposed."""
    for moment in (DUE, UNREAD, SECOND_DUE):
        life.at(moment).sweep()
    return life


def record_of(day="2026-09-03"):
    held_on = shanghai(f"{day} 00:00").date()
    return Record(held_on, "营商局三楼", "何宁、周建", "限期送电。", [("9 月 10 日前送电", shanghai("2026-09-10 00:00").date())])


def refer(life, **rest):
    grounds = Grounds(K.REFERRAL, "约谈后仍未送电。", **{**TWO, **rest})
    return does(life, proposing.propose, life.unit(POWER), actor=actor_named("hening"), grounds=grounds,
                ticket=life.ticket)


def listing(life, **rest):
    return does(life, proposing.propose, life.unit(POWER), actor=actor_named("hening"),
                grounds=Grounds(K.LISTING, "长期不落实。"), **rest)


def test_a_late_ticket_climbs_from_reminder_to_referral_and_its_outcome(late):
    climb(late.at("2026-08-25 17:00"))
    talk = the_measure()
    assert (talk.source.value, talk.ticket_id, talk.responsible.username) == ("rule", late.ticket.id, "zhoujian")
    assert talk.decision is None and any("提请约谈" in subject for subject in told("luoshizhang"))

    does(late.at("2026-09-02 09:00"), deciding.approve, talk, actor=actor_named("luoshizhang"), words="抓紧谈。")
    does(late.at("2026-09-03 10:00"), carrying_out.record_talk, the_measure(), actor=actor_named("hening"),
         told=record_of())
    talk = the_measure()
    assert (talk.ended_as, talk.place) == (MeasureEnd.DONE, "营商局三楼")
    assert any("约谈记录" in subject for subject in told("zhoujian"))

    refer(late.at("2026-09-11 09:00"))
    does(late, deciding.approve, the_measure(K.REFERRAL), actor=actor_named("luoshizhang"))
    assert late.ticket.rung == Level.REFERRAL.rung
    assert [order.level for order in orders(Level.TALK) if order.ended_as is SupervisionEnd.ESCALATED] == [Level.TALK]
    assert any("移交问责" in subject for subject in told("qianwei"))

    does(late.at("2026-09-20 09:00"), carrying_out.feed_back, the_measure(K.REFERRAL), actor=actor_named("qianwei"),
         words="对两名责任人批评教育。")
    assert the_measure(K.REFERRAL).ended_as is MeasureEnd.DONE
    acts = db.session.scalars(select(Event.action).where(Event.object_type.in_(["measure"])).order_by(Event.seq)).all()
    assert acts == ["propose_measure", "approve_measure", "record_talk", "propose_measure", "approve_measure",
                    "feed_back_referral"]


def test_a_referral_names_exactly_two_and_comes_after_a_talk(late):
    climb(late)
    with pytest.raises(Refused, match="先约谈"):
        refer(late)
    does(late, deciding.approve, the_measure(), actor=actor_named("luoshizhang"))
    for wrong in ({"leading": None}, {"leading": TWO["direct"]}, {"direct": Person(" ", "")}):
        with pytest.raises(BadInput, match="一案双查"):
            refer(late, **wrong)
    refer(late)
    for column in ("direct_name", "leading_name"):
        with pytest.raises(sa.exc.IntegrityError), bare() as connection:
            connection.execute(sa.text(f"UPDATE measures SET {column} = '' WHERE kind = 'referral'"))


def test_nobody_approves_what_they_proposed_and_only_a_leader_of_the_region_decides(late):
    measure = listing(late)
    for stranger in ("hening", "zhoujian", "qianwei", "wujie"):
        with pytest.raises(NotAllowed):
            does(late, deciding.approve, measure, actor=actor_named(stranger))
    with pytest.raises(sa.exc.IntegrityError), bare() as connection:
        connection.execute(sa.text(
            "UPDATE measures SET decision = 'approved', decided_at = proposed_at, decided_by_id = proposed_by_id"
        ))
    does(late, deciding.decline, measure, actor=actor_named("luoshizhang"), words="先督办。")
    with pytest.raises(Refused, match="已经有了决定"):
        does(late, deciding.approve, measure, actor=actor_named("luoshizhang"))
    assert the_measure(K.LISTING).ended_as is MeasureEnd.DECLINED


def test_a_listing_stands_on_the_board_until_it_is_taken_down(late):
    listing(late)
    with pytest.raises(Refused, match="没有结束"):
        listing(late)
    assert shown.board(actor_named("hening")) == []
    does(late, deciding.approve, the_measure(K.LISTING), actor=actor_named("luoshizhang"))
    does(late, carrying_out.report_progress, the_measure(K.LISTING), actor=actor_named("zhoujian"), words="周五送电。")
    for reader in ("hening", "luoshizhang", "qianwei", "zhoujian"):
        (row,) = shown.board(actor_named(reader))
        assert (row.unit, row.responsible, row.progress) == ("市供电公司", "周建", "周五送电。")
    assert shown.board(actor_named("gaofeng")) == []
    with pytest.raises(NotAllowed):
        does(late, carrying_out.take_down, the_measure(K.LISTING), actor=actor_named("zhoujian"), words="办好了")
    does(late, carrying_out.take_down, the_measure(K.LISTING), actor=actor_named("hening"), words="已送电。")
    assert shown.board(actor_named("hening")) == []


def test_a_talk_is_recorded_with_its_promises_which_the_office_confirms(late):
    climb(late)
    with pytest.raises(Refused, match="没有批准"):
        does(late, carrying_out.record_talk, the_measure(), actor=actor_named("hening"), told=record_of("2026-09-01"))
    does(late, deciding.approve, the_measure(), actor=actor_named("luoshizhang"))
    with pytest.raises(BadInput, match="将来"):
        does(late, carrying_out.record_talk, the_measure(), actor=actor_named("hening"), told=record_of("2026-09-09"))
    does(late.at("2026-09-03 10:00"), carrying_out.record_talk, the_measure(), actor=actor_named("hening"),
         told=record_of())
    promised = db.session.scalars(select(Commitment)).one()
    does(late, carrying_out.keep_commitment, the_measure(), actor=actor_named("hening"), commitment_id=promised.id)
    with pytest.raises(Refused, match="已经确认"):
        does(late, carrying_out.keep_commitment, the_measure(), actor=actor_named("hening"), commitment_id=promised.id)
    with pytest.raises(NotFound):
        does(late, carrying_out.keep_commitment, the_measure(), actor=actor_named("hening"), commitment_id=999)


def thrice(city):
    """Three tickets of one unit under a second supervision, by hand."""
    lives = [Life(city).handling() for _ in range(3)]
    for life in lives:
        for username in ("wujie", "hening"):
            life.does(supervision.supervise, username, reason="企业停产")
    return lives


def test_three_second_supervisions_in_a_quarter_propose_one_talk_with_the_unit(city):
    lives = thrice(city)
    assert [does(lives[0], by_rule.propose_for_units) for _ in range(2)] == [1, 0]
    talk = the_measure()
    assert (talk.rule, talk.ticket_id, talk.unit.name) == (by_rule.OFTEN, None, POWER)
    does(lives[0], deciding.decline, talk, actor=actor_named("luoshizhang"), words="先看整改。")
    assert does(lives[0].at("2026-09-30 09:00"), by_rule.propose_for_units) == 0
    assert does(lives[0].at("2026-10-08 09:00"), by_rule.propose_for_units) == 0


def test_a_revoked_second_supervision_does_not_count_against_the_unit(city):
    lives = thrice(city)
    order = orders(Level.SECOND)[0]
    asked = does(lives[0], reconsidering.request, reconsidering.of_order(order), actor=actor_named("zhoujian"),
                 reasons="不属本单位责任。")
    with pytest.raises(NotAllowed):  # who issued it, from the office that issued it
        does(lives[0], reconsidering.decide, asked, actor=actor_named("hening"), words="维持",
             outcome=ReconsiderationOutcome.UPHELD)
    does(lives[0], reconsidering.decide, asked, actor=actor_named("luoshizhang"), words="确属企业原因。",
         outcome=ReconsiderationOutcome.REVOKED)
    assert orders(Level.SECOND)[0].ended_as is SupervisionEnd.REVOKED
    assert lives[0].ticket.rung == 0
    assert does(lives[0], by_rule.propose_for_units) == 0


def test_the_supervisors_office_looks_again_at_an_order_of_the_centre(late):
    late.at(DUE).sweep()
    order = orders(Level.FIRST)[0]
    target = reconsidering.of_order(order)
    for stranger in ("chenjing", "gaofeng", "hening"):
        with pytest.raises(NotAllowed):
            does(late, reconsidering.request, target, actor=actor_named(stranger), reasons="没有道理")
    late.at("2026-09-26 09:00")
    with pytest.raises(Refused, match="超过"):
        does(late, reconsidering.request, reconsidering.of_order(orders(Level.FIRST)[0]), reasons="没有道理",
             actor=actor_named("zhoujian"))
    late.at("2026-09-25 09:00")
    asked = does(late, reconsidering.request, reconsidering.of_order(orders(Level.FIRST)[0]), reasons="没有道理",
                 actor=actor_named("zhoujian"))
    with pytest.raises(Refused, match="已经申请过"):
        does(late, reconsidering.request, reconsidering.of_order(orders(Level.FIRST)[0]), reasons="再看看",
             actor=actor_named("zhoujian"))
    does(late, reconsidering.decide, asked, actor=actor_named("hening"), words="维持。",
         outcome=ReconsiderationOutcome.UPHELD)
    assert orders(Level.FIRST)[0].ended_at is None
    with pytest.raises(Refused, match="已经有了决定"):
        does(late, reconsidering.decide, asked, actor=actor_named("hening"), words="改",
             outcome=ReconsiderationOutcome.REVOKED)


def test_whoever_approved_a_measure_does_not_look_at_it_again(late):
    does(late, deciding.approve, listing(late), actor=actor_named("luoshizhang"))
    asked = does(late, reconsidering.request, reconsidering.of_measure(the_measure(K.LISTING)), reasons="已经办好",
                 actor=actor_named("zhoujian"))
    for involved in ("hening", "luoshizhang", "zhoujian"):
        with pytest.raises(NotAllowed):
            does(late, reconsidering.decide, asked, actor=actor_named(involved), words="撤",
                 outcome=ReconsiderationOutcome.REVOKED)
    for column in ("issued_by_id", "approved_by_id", "requested_by_id"):
        with pytest.raises(sa.exc.IntegrityError), bare() as connection:
            connection.execute(sa.text(
                f"UPDATE reconsiderations SET outcome = 'revoked', decided_at = requested_at, decided_by_id = {column}"
            ))
    mayor = employ("mayor", Role.LEADER, "云州市人民政府", late)
    does(late, reconsidering.decide, asked, actor=mayor, words="确已办好。", outcome=ReconsiderationOutcome.REVOKED)
    measure = the_measure(K.LISTING)
    assert (measure.ended_as, shown.state_of(measure)) == (MeasureEnd.REVOKED, shown.State.REVOKED)
    quarter = shown.quarter_of(shanghai("2026-08-01 00:00").date())
    ((_, _, counts),) = shown.figures(actor_named("hening"), quarter)
    assert dict(zip([head for head, _ in shown.FIGURES], counts, strict=True))["挂牌督办"] == 0
    assert counts[-1] == 1


def employ(username, role, organisation, life):
    """Somebody more in the city."""
    unit = life.unit(organisation)
    user = type(life.city.users["liumin"])(username=username, name=username)
    db.session.add(user)
    db.session.flush()
    db.session.add(Post(user_id=user.id, role=role, organisation_id=unit.id, region_id=unit.region_id, rank=1,
                        started_at=life.now))
    db.session.commit()
    return actor_named(username)


def test_a_leaderless_unit_is_answered_for_by_the_next_above_in_the_tree(late):
    head = db.session.scalars(select(Post).where(Post.user_id == actor_named("zhoujian").user_id)).one()
    head.ended_at = late.now
    db.session.commit()
    power, window = late.unit(POWER), late.unit("云州市住建局市政科")
    found = chain.heads([power.id, window.id])
    assert found == {power.id: [actor_named("luoshizhang").user_id], window.id: [actor_named("zhaoguoqiang").user_id]}
    late.at(DUE).sweep()
    assert any("一次督办" in subject for subject in told("luoshizhang"))
    people = order_card.card(actor_named("hening"), orders(Level.FIRST)[0].id).people
    assert [(person.name, person.is_copied) for person in people] == [("陈静", False), ("罗建国", False)]


def test_whoever_stands_in_for_a_missing_head_signs_answers_and_grants_in_their_place(late):
    head = db.session.scalars(select(Post).where(Post.user_id == actor_named("zhoujian").user_id)).one()
    head.ended_at = late.now
    db.session.commit()
    late.at(DUE).sweep()
    order, leader = orders(Level.FIRST)[0], actor_named("luoshizhang")
    does(late, supervision.record_opening, order, actor=leader)
    late.does(lambda ticket, **who: supervision.answer(order, ticket, words="已派人抢修", **who), "luoshizhang")
    proposal = late.propose(ProposalKind.RESULT, result_kind=ResultKind.SOLVED)
    assert proposal.id in [one.id for one in db.session.scalars(visible_proposals(leader))]
    late.grant(proposal, by="luoshizhang")
    card = order_card.card(actor_named("hening"), order.id)
    assert ("罗建国", "上一级负责人，代行负责人", False) in [(one.name, one.title, one.is_copied) for one in card.people]
    assert any("代行负责人" in step.post for step in card.steps)
    bodies = db.session.scalars(select(Event.body).where(Event.actor_id == leader.user_id)).all()
    assert bodies and all(f'"in_place_of":{late.unit(POWER).id}' in body for body in bodies)
    employ("newhead", Role.UNIT_LEADER, POWER, late)
    assert not any(post.stands_in for post in actor_named("luoshizhang").posts)
    with pytest.raises(NotAllowed):
        supervision.sign(orders(Level.FIRST)[0], late.ticket, actor=actor_named("luoshizhang"))


def test_with_one_leader_somebody_else_looks_again_by_the_tree_of_that_moment(late):
    does(late, deciding.approve, listing(late), actor=actor_named("luoshizhang"))
    asked = does(late, reconsidering.request, reconsidering.of_measure(the_measure(K.LISTING)), reasons="已经办好",
                 actor=actor_named("zhoujian"))
    assert list(reconsidering.deciders(asked).values()) == ["钱伟"] and any("申请复核" in one for one in told("qianwei"))
    colleague = employ("colleague", Role.SUPERVISOR, "云州市营商环境建设局", late)
    assert list(reconsidering.deciders(asked).values()) == ["colleague"]
    with pytest.raises(NotAllowed):
        does(late, reconsidering.decide, asked, actor=actor_named("qianwei"), words="撤",
             outcome=ReconsiderationOutcome.REVOKED)
    does(late, reconsidering.decide, asked, actor=colleague, words="维持。", outcome=ReconsiderationOutcome.UPHELD)


def test_no_two_orders_of_one_promise_come_from_one_office(late):
    climb(late)
    first, second = orders(Level.FIRST)[0], orders(Level.SECOND)[0]
    assert (first.issuer.name, second.issuer.name) == ("城东区企业服务中心", "云州市营商环境建设局")
    same = sa.text(f"UPDATE supervisions SET issuer_id = {first.issuer_id} WHERE id = {second.id}")
    with pytest.raises(sa.exc.IntegrityError), bare() as connection:
        connection.execute(same)


def test_an_office_below_the_centre_does_not_follow_its_order(life):
    """A county without a centre but with an office of its own: the city's centre is followed by the city's office."""
    region = life.city.regions["990103"]
    db.session.add(Organisation(name="高新区营商办", short_name="高新区营商办", kind="supervision_office",
                                region_id=region.id, path="/999/"))
    db.session.commit()
    other = Life(life.city, enterprise="宏达电商产业园", member="hongda", steward="wangqiang")
    other.submit().accept().dispatch(LAND)
    for username in ("wujie", "hening"):
        other.does(supervision.supervise, username, reason="企业停产")
    assert [order.issuer.name for order in (*orders(Level.FIRST), *orders(Level.SECOND))] == [
        "云州市企业服务中心", "云州市营商环境建设局"
    ]


def test_what_is_proposed_is_no_business_of_the_unit_before_it_is_approved(late):
    listing(late, ticket=late.ticket)
    scopes = {who: len(shown.page_of(actor_named(who), shown.Narrowing()).rows)
              for who in ("zhoujian", "gaofeng", "chenjing", "wujie", "hening", "luoshizhang", "qianwei")}
    assert scopes == {"zhoujian": 0, "gaofeng": 0, "chenjing": 0, "wujie": 0, "hening": 1, "luoshizhang": 1,
                      "qianwei": 1}
    does(late, deciding.approve, the_measure(K.LISTING), actor=actor_named("luoshizhang"))
    assert len(shown.page_of(actor_named("zhoujian"), shown.Narrowing()).rows) == 1
