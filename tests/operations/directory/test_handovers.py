"""A steward's enterprises go to another who confirms; and whoever leaves leaves nothing unowned."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.access import Post, Role, User
from models.base import db
from models.directory import Enterprise, Handover, HandoverItem, HandoverStage, Steward, Stewardship
from models.log import Event
from models.notices import Notice
from models.tickets import Status, Ticket
from operations.access.duty_scope import steward_scope, visible_handovers
from operations.access.people import actor_named
from operations.access.scope import visible_enterprises
from operations.directory import departures, handover_package, handovers, stewardship, unowned
from operations.errors import NotAllowed, Refused
from operations.tickets import conversation, intake
from tests.lives import START, Life, shanghai
from tests.together import at_once

OF_LIUMIN = {"恒轧机械", "鑫源包装", "福兴热电", "好邻居便利店", "天工数控", "中北物流"}


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


def names_of(username):
    db.session.expire_all()
    return {row.short_name for row in db.session.scalars(visible_enterprises(actor_named(username)))}


def told(username):
    rows = select(Notice.subject).join(User, User.id == Notice.user_id).where(User.username == username)
    return list(db.session.scalars(rows.order_by(Notice.id)))


def proposes(city, *firms, by="liumin", to="wangqiang", **rest):
    ids = [city.enterprises[name].id for name in firms] or None
    return handovers.propose(city.users["liumin"], actor=actor_named(by), receiver=city.users[to],
                             reason="调任市商务局", enterprise_ids=ids, **rest)


def test_nothing_goes_over_before_the_receiver_confirms_and_everything_when_they_do(city, now):
    handover = proposes(city)
    assert handover.stage is HandoverStage.WAITING and names_of("liumin") == OF_LIUMIN
    assert told("wangqiang") == ["刘敏的 6 家企业请你接手，请到“移交”里确认"]
    assert handovers.confirm(handover, actor=actor_named("wangqiang")) == []
    assert handover.stage is HandoverStage.CONFIRMED
    assert names_of("liumin") == set() and names_of("wangqiang") == OF_LIUMIN | {"宏达电商产业园"}
    row = db.session.scalars(select(Stewardship).where(Stewardship.reason.startswith("接刘敏移交"))).first()
    assert row.reason == "接刘敏移交：调任市商务局" and row.started_at == START
    assert told("hengzha") == ["您的企业管家是王强，电话见首页"]
    assert told("liumin")[-1] == "王强已确认接手 6 家企业"


def test_open_tickets_go_with_their_enterprise_at_once(city):
    life = Life(city).submit()
    with life.here():
        handovers.confirm(proposes(city), actor=actor_named("wangqiang"))
    with pytest.raises(NotAllowed):
        life.does(intake.accept, "liumin", category="城乡建设", difficulty="ordinary")
    life.does(intake.accept, "wangqiang", category="城乡建设", difficulty="ordinary")
    assert life.ticket.status is Status.COORDINATING


def test_a_part_of_the_enterprises_may_go_and_one_waits_in_one_package_only(city, now):
    first = proposes(city, "恒轧机械", "鑫源包装")
    rest = proposes(city)
    with pytest.raises(Refused, match="没有可以移交"):
        proposes(city, "恒轧机械")
    counts = {
        handover.id: len(db.session.scalars(select(HandoverItem).where(HandoverItem.handover_id == handover.id)).all())
        for handover in (first, rest)
    }
    assert counts == {first.id: 2, rest.id: 4}
    handovers.confirm(first, actor=actor_named("wangqiang"))
    assert names_of("wangqiang") == {"恒轧机械", "鑫源包装", "宏达电商产业园"}


def test_what_was_given_to_another_meanwhile_stays_there_and_is_told(city, now):
    handover = proposes(city, "恒轧机械", "鑫源包装")
    someone = db.session.scalars(select(User).where(User.username == "wangqiang")).one()
    stewardship.assign(city.enterprises["鑫源包装"], actor=actor_named("wujie"), steward=someone, reason="先改派")
    left = handovers.confirm(handover, actor=actor_named("wangqiang"))
    assert left == [city.enterprises["鑫源包装"].id]
    outcomes = {row.enterprise_id: row.outcome for row in db.session.scalars(select(HandoverItem))}
    assert outcomes == {city.enterprises["恒轧机械"].id: "moved", city.enterprises["鑫源包装"].id: "changed"}


def test_declining_and_calling_off_leave_everything_where_it_is(city, now):
    declined, cancelled = proposes(city, "恒轧机械"), proposes(city, "鑫源包装")
    handovers.decline(declined, actor=actor_named("wangqiang"), words="在管已满")
    handovers.cancel(cancelled, actor=actor_named("liumin"), words="不调了")
    assert (declined.stage, cancelled.stage) == (HandoverStage.DECLINED, HandoverStage.CANCELLED)
    assert names_of("liumin") == OF_LIUMIN and "王强没有接手移交的企业：在管已满" in told("liumin")
    for ended in (declined, cancelled):
        with pytest.raises(Refused, match="不能再办"):
            handovers.confirm(ended, actor=actor_named("wangqiang"))
    assert len(db.session.scalars(select(HandoverItem).where(HandoverItem.ended_at.is_(None))).all()) == 0
    assert proposes(city, "恒轧机械").stage is HandoverStage.WAITING


@pytest.mark.parametrize(("by", "may"), [
    ("liumin", 6), ("wujie", 6), ("tangyi", 5), ("dengli", 1), ("wangqiang", 0), ("hening", 0), ("hengzha", 0),
])
def test_who_may_hand_over_what(city, now, by, may):
    if may:
        handover = proposes(city, by=by)
        assert len(db.session.scalars(select(HandoverItem).where(HandoverItem.handover_id == handover.id)).all()) == may
    else:
        with pytest.raises(NotAllowed):
            proposes(city, by=by)


def test_only_the_receiver_answers_and_nobody_gives_to_themselves(city, now):
    handover = proposes(city)
    for username in ("liumin", "wujie", "dengli"):
        with pytest.raises(NotAllowed):
            handovers.confirm(handover, actor=actor_named(username))
        with pytest.raises(NotAllowed):
            handovers.decline(handover, actor=actor_named(username), words="不接")
    with pytest.raises(Refused, match="本人"):
        proposes(city, to="liumin")
    with pytest.raises(Refused, match="没有企业管家的岗位"):
        proposes(city, to="chenjing")


def test_both_stewards_and_the_offices_of_the_region_see_it(city, now):
    proposes(city)
    seen = {name: len(list(db.session.scalars(visible_handovers(actor_named(name)))))
            for name in ("liumin", "wangqiang", "wujie", "tangyi", "dengli", "chenjing", "hengzha")}
    assert seen == {"liumin": 1, "wangqiang": 1, "wujie": 1, "tangyi": 1, "dengli": 1, "chenjing": 0, "hengzha": 0}


def seen_by(username):
    actor = actor_named(username)
    stewards = db.session.scalars(select(User.name).where(steward_scope(actor)))
    handed = db.session.scalars(visible_handovers(actor))
    return set(stewards), {len(handover_package.package(one, actor).firms) for one in handed}


def test_a_bureaus_registrar_sees_who_looks_after_its_line_and_a_countys_its_ground(city, now):
    proposes(city, "恒轧机械", "中北物流")
    assert seen_by("dengli") == ({"刘敏"}, {1})
    assert seen_by("hejun") == ({"刘敏"}, set())
    assert seen_by("fangming") == ({"刘敏"}, {0})
    assert seen_by("wujie") == ({"刘敏", "王强"}, {2})
    bureau = city.organisations["云州市工业和信息化局"].id
    db.session.add(Steward(user_id=city.users["wangqiang"].id, owner_unit_id=bureau))
    db.session.commit()
    assert seen_by("hejun")[0] == {"刘敏", "王强"}


def test_a_registrar_cancels_a_hand_over_only_when_all_of_it_is_theirs(city, now):
    mixed, own = proposes(city, "恒轧机械", "中北物流"), proposes(city, "福兴热电")
    assert not handovers.may_cancel(mixed, actor_named("dengli"))
    with pytest.raises(NotAllowed):
        handovers.cancel(mixed, actor=actor_named("dengli"), words="另有安排")
    handovers.cancel(own, actor=actor_named("hejun"), words="另有安排")
    handovers.cancel(mixed, actor=actor_named("wujie"), words="另有安排")


def test_confirming_twice_at_once_is_done_once(app, city):
    with clock.standing_at(START):
        handover_id = proposes(city).id
    db.session.remove()

    def confirms():
        return handovers.confirm(db.session.get_one(Handover, handover_id), actor=actor_named("wangqiang"))

    outcomes = at_once(app, [confirms, confirms], moment=START)
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused", "list"]
    assert len(db.session.scalars(select(Event).where(Event.action == "confirm_handover")).all()) == 1


def test_the_package_shows_tickets_by_time_left_and_messages_without_an_answer(city, people):
    life = Life(city).handling()
    with life.here():
        conversation.message(life.ticket, actor=people["hengzha"], words="请尽快答复")
        handover = proposes(city)
        shown = handover_package.package(handover, people["wangqiang"])
    assert [line.row.subject for line in shown.lines] == [life.ticket.subject] and shown.unanswered == 1
    assert len(shown.firms) == 6
    with life.here():
        conversation.message(life.ticket, actor=people["liumin"], words="正在催")
        assert handover_package.package(handover, people["wangqiang"]).unanswered == 0
        assert [row.name for row in handover_package.package(handover, people["dengli"]).firms] == ["云州恒轧机械有限公司"]


def test_an_unconfirmed_hand_over_is_called_to_mind_after_three_working_days(city, now):
    proposes(city, by="wujie")
    counts = {}
    for moment in ("2026-08-24 08:40", "2026-08-25 08:40", "2026-08-26 08:40"):
        with clock.standing_at(shanghai(moment)):
            counts[moment[:10]] = handovers.remind_unconfirmed()
    assert counts == {"2026-08-24": 0, "2026-08-25": 1, "2026-08-26": 0}
    assert any("等你确认" in subject for subject in told("wangqiang"))
    assert any("没有确认" in subject for subject in told("wujie"))


def leaves(city, username="liumin", *, by="tangyi"):
    return departures.leave(city.users[username], actor=actor_named(by), reason="退休")


def test_whoever_leaves_leaves_nothing_unowned(city, now):
    handover = proposes(city, "恒轧机械")
    left = leaves(city)
    assert len(left) == 6 and names_of("liumin") == set()
    assert handover.stage is HandoverStage.CANCELLED
    assert unowned.count(actor_named("wujie")) == 7 and unowned.count(actor_named("tangyi")) == 5
    page = unowned.listed(actor_named("tangyi"), tab="left")
    assert {row.former for row in page.rows} == {"刘敏"} and page.counts == {"all": 5, "left": 5, "never": 0}
    assert "刘敏离岗，6 家企业待交接" in told("tangyi")
    assert told("hengzha") == ["您的企业管家刘敏已离岗，接任者确定前由企业服务中心受理您的诉求"]
    with pytest.raises(Refused, match="不再担任"):
        leaves(city)


def test_meanwhile_the_centre_answers_for_the_tickets(city):
    life = Life(city).submit()
    with life.here():
        leaves(city)
    life.does(intake.accept, "tangyi", category="城乡建设", difficulty="ordinary")
    another = Life(city)
    another.now = life.now + timedelta(minutes=5)
    another.submit(subject="另一件事")
    assert "新诉求：另一件事" in told("wujie") and "新诉求：另一件事" not in told("liumin")


@pytest.mark.parametrize(("by", "may"), [("tangyi", True), ("wujie", True), ("fangming", True), ("dengli", False),
                                         ("hening", False), ("liumin", False)])
def test_who_may_let_a_steward_go(city, now, by, may):
    assert departures.may_release(city.users["liumin"], actor_named(by)) is may
    if not may:
        with pytest.raises(NotAllowed):
            leaves(city, by=by)


def test_a_steward_without_a_post_is_released_by_the_job(city, now):
    post = db.session.scalars(select(Post).where(Post.user_id == city.users["liumin"].id)).one()
    assert departures.release_departed() == 0
    post.ended_at = START
    db.session.commit()
    assert unowned.count(actor_named("wujie")) == 7, "told at once, before the job"
    assert departures.release_departed() == 1 and departures.release_departed() == 0
    open_rows = select(Stewardship).where(Stewardship.steward_id == post.user_id, Stewardship.ended_at.is_(None))
    assert list(db.session.scalars(open_rows)) == []


def test_giving_to_one_who_is_just_leaving_leaves_no_gap(app, city):
    firm_id, person_id = city.enterprises["老边家饺子馆"].id, city.users["wangqiang"].id
    db.session.remove()

    def gives():
        enterprise, steward = db.session.get_one(Enterprise, firm_id), db.session.get_one(User, person_id)
        return stewardship.assign(enterprise, actor=actor_named("wujie"), steward=steward, reason="就近")

    def goes():
        return departures.leave(db.session.get_one(User, person_id), actor=actor_named("wujie"), reason="退休")

    at_once(app, [gives, goes], moment=START)
    rows = select(Stewardship).where(Stewardship.steward_id == person_id, Stewardship.ended_at.is_(None))
    assert list(db.session.scalars(rows)) == []
    assert db.session.scalars(select(Post).where(Post.user_id == person_id, Post.role == Role.STEWARD)).one().ended_at
    assert db.session.scalar(select(Ticket.id)) is None
