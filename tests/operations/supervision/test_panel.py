"""联审: members are accounts of other offices; each speaks alone and once; the conclusion follows what they said."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from models.access import Post, Role, User
from models.base import db
from models.log import Event
from models.refusals import Endorsement, Refusal, RefusalEnd, ReviewMember, Verdict
from models.tickets import Act, Status, Ticket
from operations.access.people import actor_named
from operations.access.refusal_scope import visible_refusals
from operations.base import operation
from operations.errors import BadInput, DomainError, NotAllowed, NotFound, Refused, Stale
from operations.supervision import panel, refusals
from operations.supervision.panel import Named
from operations.supervision.refusal_checks import not_to_conclude, seated
from operations.tickets.advance import advance
from tests.operations.supervision.test_refusals import Refusing
from tests.reviews import MEMBERS, SEATS, review
from tests.shared import ENGINES_TRIED

UPHELD, REVOKED, REDO, NOTICE = Verdict.UPHELD, Verdict.REVOKED, Verdict.REDO, Verdict.NOTICE


@pytest.fixture
def life(city):
    return Refusing(city).handling().wait(hours=1).report().wait(minutes=10)


def names(life, *people, by="hening", **rest):
    life.does(panel.name_reviewers, by, life.refusal, people=people, **rest)
    return life


def speaks(life, who, opinion=REVOKED, words="理由在此"):
    life.does(panel.give_opinion, who, life.refusal, opinion=opinion, words=words)
    return life


def concludes(life, verdict, **rest):
    life.does(refusals.judge, "hening", life.refusal, verdict=verdict, words="经联审", **rest)
    return life


def test_three_speak_under_their_own_login_and_the_office_concludes(life):
    assert not db.session.scalars(visible_refusals(actor_named("sunyue"))).all()
    names(life, *SEATS)
    assert "请发表联审意见" in life.told("sunyue")
    assert db.session.scalars(visible_refusals(actor_named("sunyue"))).all() == [life.refusal]

    speaks(life, "hening").wait(minutes=5)
    speaks(life, "sunyue", NOTICE)
    with pytest.raises(Refused, match="现在只有 2 人"):
        concludes(life, REVOKED)
    speaks(life, "yangfan")
    assert "联审意见已齐，请作结论" in life.told("hening")
    concludes(life, REVOKED)

    assert (life.refusal.ended_as, life.refusal.member_count) == (RefusalEnd.VETOED, 3)
    given = select(Event).where(Event.action == panel.GIVEN).order_by(Event.seq)
    assert [event.actor_id for event in db.session.scalars(given)] == [actor_named(who).user_id for who in MEMBERS]


def test_the_conclusion_follows_the_majority(life):
    review(life, UPHELD, REVOKED, NOTICE)
    with pytest.raises(Refused, match="不过半数"):
        concludes(life, UPHELD)
    names(life, Named("hanxue", "市消防支队"), Named("宋丽", "市人社局"))
    with pytest.raises(Refused, match="韩雪、宋丽还没有发表"):
        concludes(life, REVOKED)
    speaks(speaks(life, "hanxue", UPHELD), "songli", UPHELD)
    for verdict in (REVOKED, REDO, NOTICE):
        with pytest.raises(Refused, match="结论应为维持"):
            concludes(life, verdict)
    concludes(life, UPHELD).endorse("zhoujian")
    assert (life.ticket.status, life.refusal.member_count) == (Status.REFUSED, 5)


def test_who_cannot_sit_in_it(life):
    """Of the unit, signers of any level, people without an account, posts that see no refusal, somebody twice."""
    names(life, SEATS[0])
    for person, words in (
        (Named("周建", "市供电公司"), "回避"), (Named("chenjing", "市供电公司"), "回避"), (Named("罗建国", "市政府"), "回避"),
        (Named("夏律师", "云岭律师事务所"), "没有叫"), (Named("刘敏", "城东街道"), "没有叫"),
        (Named("孙悦", "市人社局"), "没有叫"), (Named("何宁", "市营商局"), "只写一次"),
    ):
        with pytest.raises((BadInput, Refused), match=words):
            names(life, SEATS[1], person)
        db.session.rollback()
    assert [one.name for one in seated(life.refusal)] == ["何宁"]
    with pytest.raises(BadInput, match="至少一位"):
        names(life)


def test_two_of_one_name_are_told_apart_by_their_accounts(life):
    life.seat("sunyue2", Role.CASE_OFFICER, "云州市财政局", 9)
    db.session.scalars(select(User).where(User.username == "sunyue2")).one().name = "孙悦"
    db.session.commit()
    with pytest.raises(BadInput, match="不止一位"):
        names(life, Named("孙悦", "市财政局"))
    names(life, Named("sunyue2", "市财政局"))
    assert seated(life.refusal)[0].user_id == actor_named("sunyue2").user_id


def test_a_lawyer_without_an_account_sits_and_the_office_enters_what_they_say(life):
    lawyer = Named("夏律师", "云岭律师事务所", is_outside=True)
    expert = Named("贺工", "省工程咨询院", is_outside=True)
    names(life, SEATS[1], lawyer, expert)
    with pytest.raises(BadInput, match="只写一次"):
        names(life, lawyer)
    own, *outside = seated(life.refusal)
    for seat, who, refusal in ((own, "hening", NotFound), (outside[0], "wujie", NotAllowed)):
        with pytest.raises(refusal):
            enters(life, seat, who)
    enters(life, outside[0]), enters(life, outside[1])
    with pytest.raises(Refused, match="已经录入"):
        enters(life, outside[0])
    speaks(life, "sunyue")
    with pytest.raises(Refused, match="至少 2 位成员本人登录"):
        concludes(life, REVOKED)
    speaks(names(life, SEATS[2]), "yangfan")
    concludes(life, REVOKED)
    assert [one.entered_by_id for one in seated(life.refusal)] == [
        None, actor_named("hening").user_id, actor_named("hening").user_id, None]
    assert db.session.scalars(select(Event.action).where(Event.action == panel.ENTERED)).all() == [panel.ENTERED] * 2


def enters(life, seat, who="hening"):
    life.does(panel.enter_opinion, who, life.refusal, seat.id, opinion=REVOKED, words="合同条款不支持否定")


def test_the_database_lets_nobody_put_words_into_an_accounts_mouth(life):
    names(life, SEATS[1], Named("夏律师", "云岭律师事务所", is_outside=True))
    own, outside = seated(life.refusal)
    office = actor_named("hening").user_id
    for seat, entered_by in ((own, office), (outside, None)):
        words = {"opinion": REVOKED, "given_at": life.now, "entered_by_id": entered_by}
        with pytest.raises(DBAPIError, match="entered by another"):
            db.session.execute(update(ReviewMember).where(ReviewMember.id == seat.id).values(words))
        db.session.rollback()


def test_nobody_speaks_for_another_nor_twice_nor_after_the_end(life):
    names(life, *SEATS)
    for stranger in ("hanxue", "wujie", "zhoujian", "qianwei"):
        with pytest.raises(NotAllowed):
            speaks(life, stranger)
    with pytest.raises(BadInput, match="理由"):
        speaks(life, "sunyue", words=" ")
    speaks(life, "sunyue")
    with pytest.raises(Refused, match="不能再改"):
        speaks(life, "sunyue", UPHELD)
    speaks(life, "hening").endorse("zhoujian")
    speaks(life, "yangfan")
    concludes(life, REVOKED)
    with pytest.raises(Refused, match="已经有了结论"):
        speaks(life, "sunyue")
    other = Refusing(life.city).handling().ticket
    with pytest.raises(NotFound), life.here():
        panel.give_opinion(other, life.refusal, actor=actor_named("sunyue"), opinion=UPHELD, words="好")


def test_only_the_office_names_and_only_as_its_page_showed(life):
    for other in ("wujie", "zhoujian", "luoshizhang", "chenjing", "qianwei"):
        with pytest.raises(NotAllowed):
            names(life, *SEATS, by=other)
    with pytest.raises(Stale):
        names(life, *SEATS, version=life.ticket.version - 1)


def test_who_stays_silent_is_waited_for_reminded_and_may_be_replaced(life):
    names(life, *SEATS, Named("hanxue", "市消防支队"))
    for who in MEMBERS:
        speaks(life, who)
    with life.here():
        assert "韩雪还没有发表意见" in not_to_conclude(life.refusal)
        assert panel.remind_members() == 0, "there is time"
    life.at("2026-08-21 10:00")
    with life.here():
        assert (panel.remind_members(), panel.remind_members()) == (1, 0), "once each"
    assert life.told("hanxue")[-1] == "联审即将到期，请发表意见"
    silent, heard = seated(life.refusal)[3], seated(life.refusal)[1]
    with pytest.raises(Refused, match="不能换人"):
        life.does(panel.release_reviewer, "hening", life.refusal, heard.id)
    life.does(panel.release_reviewer, "hening", life.refusal, silent.id)
    with pytest.raises(NotFound):
        life.does(panel.release_reviewer, "hening", life.refusal, silent.id)
    with pytest.raises(NotAllowed):
        speaks(life, "hanxue")
    concludes(life, REVOKED)


def test_after_its_time_the_review_waits_for_nobody(life):
    names(life, *SEATS, Named("hanxue", "市消防支队"))
    for who in MEMBERS:
        speaks(life, who)
    concludes(life.at("2026-08-24 09:00"), REVOKED)
    assert life.refusal.member_count == 3


def test_the_database_keeps_what_was_said_signed_and_concluded(life):
    """Whoever writes the statement: each of these is refused by the engine itself."""
    review(life, UPHELD)
    concludes(life, UPHELD)
    members, levels, rows = ReviewMember.__table__, Endorsement.__table__, Refusal.__table__
    mine = rows.c.id == life.refusal.id
    one = {"refusal_id": life.refusal.id, "name": "某人", "house": "某处", "named_at": life.now, "words": ""}
    for statement in (
        members.delete(), update(members).values(opinion="revoked"), update(members).values(words="改了"),
        members.insert().values(**one), members.insert().values(user_id=actor_named("hanxue").user_id, **one),
        update(levels).where(levels.c.outcome == "endorsed").values(outcome="ordered"), levels.delete(),
        update(rows).where(mine).values(verdict="revoked"), update(rows).where(mine).values(member_count=9),
        update(rows).where(mine).values(height="deputy"), update(rows).where(mine).values(ended_at=life.now),
    ):
        assert_refused(statement)


def test_nothing_else_ends_a_ticket_as_refused(life):
    """Forged step by step with SQL: the status, the end, the verdict, the members."""
    table, rows, members = Ticket.__table__, Refusal.__table__, ReviewMember.__table__
    mine = rows.c.id == life.refusal.id
    said = {"refusal_id": life.refusal.id, "name": "某人", "house": "某处", "named_at": life.now, "words": ""}
    verdict = {"verdict": "upheld", "reviewed_at": life.now, "reviewed_by_id": 1, "member_count": 3}
    fresh = {name: value for name, value in vars(life.refusal).items() if name in rows.c and name != "id"}
    forged = [
        update(table).where(table.c.id == life.ticket.id).values(status="refused", closed_at=life.now),
        update(rows).where(mine).values(ended_at=life.now, ended_as="refused"),
        update(rows).where(mine).values(verdict),
        update(rows).where(mine).values(verdict | {"ended_at": life.now, "ended_as": "refused"}),
        rows.insert().values(fresh | verdict | {"number": "X", "ended_at": life.now, "ended_as": "refused"}),
        members.insert().values(**said, user_id=actor_named("chenjing").user_id),
        members.insert().values(**said, user_id=actor_named("hening").user_id, opinion="upheld", given_at=life.now),
        rows.delete(),
    ]
    for statement in forged:
        assert_refused(statement)
    review(life, UPHELD)
    concludes(life, UPHELD)
    assert_refused(update(rows).where(mine).values(ended_at=life.now, ended_as="refused"))
    assert_refused(update(table).where(table.c.id == life.ticket.id).values(status="refused", closed_at=life.now))


def test_the_unit_stays_out_whoever_joins_it_afterwards(life):
    """A post that the member gets in the unit before being named keeps them out, by the engine as well."""
    unit = life.refusal.unit
    db.session.add(Post(user_id=actor_named("sunyue").user_id, role=Role.CASE_OFFICER, organisation_id=unit.id,
                        region_id=unit.region_id, started_at=life.now))
    db.session.commit()
    with pytest.raises(Refused, match="回避"):
        names(life, SEATS[1])
    assert_refused(ReviewMember.__table__.insert().values(
        refusal_id=life.refusal.id, user_id=actor_named("sunyue").user_id, name="孙悦", house="市财政局",
        named_at=life.now, words=""))


@pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
def test_no_act_of_anybody_ends_a_ticket_as_refused(life):
    """Every act of the table, by everybody who has to do with it, while all has been said but the last signature."""
    review(life, UPHELD)
    concludes(life, UPHELD)
    reached = set()
    for username in ("chenjing", "zhoujian", "hening", "luoshizhang", "wujie", "liumin", "hengzha"):
        for act in Act:
            with pytest.raises((DomainError, Undone, DBAPIError)), life.here():
                attempt(life.ticket, act, actor=actor_named(username), reached=reached)
    assert {act for act, _ in reached} > {Act.NOTE, Act.SUPERVISE, Act.WITHDRAW}, "some did go through"
    assert Status.REFUSED not in {status for _, status in reached}


class Undone(Exception):
    """What was tried is taken back."""


@operation
def attempt(ticket, act, *, actor, reached):
    advance(ticket, act, actor=actor)
    db.session.flush()
    reached.add((act, ticket.status))
    raise Undone


def assert_refused(statement):
    with pytest.raises(DBAPIError):
        db.session.execute(statement)
        db.session.commit()
    db.session.rollback()
