"""任用: an account is opened by one administrator and given its post by another; power over others takes two."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from models.access import Appointment, LoginSession, Post, Role, User
from models.base import db
from models.directory import Organisation
from operations.access import account_desk, appointments
from operations.access.appointments import Place
from operations.access.people import actor_named
from operations.base import operation
from operations.errors import BadInput, NotAllowed, Refused
from tests.views.guest import Guest

OFFICE, FINANCE = "云州市营商环境建设局", "云州市财政局"


@pytest.fixture
def newcomer(city):
    return account_desk.open_account("zhangsan", name="张三", mobile="13900001111", email="", actor=actor_named("admin"))


@pytest.fixture
def by_security(city):
    actor = actor_named("security")
    return lambda user, place: appointments.appoint(user.id, place, reason="来函", actor=actor)


def roles_of(username):
    return {post.role for post in actor_named(username).posts}


def test_an_officer_has_the_post_at_once(newcomer, by_security):
    assert roles_of("zhangsan") == set()
    by_security(newcomer, Place(Role.CASE_OFFICER, FINANCE, "科员"))
    assert roles_of("zhangsan") == {Role.CASE_OFFICER}


def test_a_supervisor_has_it_when_another_administrator_agrees(newcomer, by_security):
    by_security(newcomer, Place(Role.SUPERVISOR, OFFICE))
    assert roles_of("zhangsan") == set()
    (waits,) = appointments.waiting(actor_named("admin"))
    with pytest.raises(Refused, match="提出的人"):
        appointments.decide(waits.id, agrees=True, actor=actor_named("security"))
    appointments.decide(waits.id, agrees=True, actor=actor_named("admin"))
    assert roles_of("zhangsan") == {Role.SUPERVISOR}
    with pytest.raises(Refused, match="处理过"):
        appointments.decide(waits.id, agrees=False, actor=actor_named("admin"))


def test_who_is_declined_has_nothing_and_may_be_proposed_again(newcomer, by_security):
    by_security(newcomer, Place(Role.LEADER, OFFICE))
    with pytest.raises(Refused, match="已经提出"):
        by_security(newcomer, Place(Role.LEADER, OFFICE))
    (waits,) = appointments.waiting(actor_named("admin"))
    appointments.decide(waits.id, agrees=False, actor=actor_named("admin"))
    assert roles_of("zhangsan") == set()
    by_security(newcomer, Place(Role.LEADER, OFFICE))


def test_nobody_for_oneself_and_nobody_who_may_not(city, newcomer, by_security):
    with pytest.raises(Refused, match="自己"):
        by_security(city.users["security"], Place(Role.SUPERVISOR, OFFICE))
    for name in ("admin", "hening", "audit"):
        with pytest.raises(NotAllowed):
            appointments.appoint(newcomer.id, Place(Role.CLERK, OFFICE), reason="x", actor=actor_named(name))
    with pytest.raises(NotAllowed):
        account_desk.open_account("lisi", name="李四", mobile="", email="", actor=actor_named("security"))


def test_nobody_agrees_to_what_its_proposer_has_left_behind(app, newcomer, by_security):
    by_security(newcomer, Place(Role.SUPERVISOR, OFFICE))
    (waits,) = appointments.waiting(actor_named("admin"))
    db.session.execute(update(User).where(User.username == "security").values(is_active=False))
    db.session.commit()
    with pytest.raises(Refused, match="已经离岗"):
        appointments.decide(waits.id, agrees=True, actor=actor_named("admin"))
    page = Guest(app, "admin").opens("/appointments")
    assert "已离岗，不能再同意" in page.words and "/agree" not in page.html and "/decline" in page.html
    appointments.decide(waits.id, agrees=False, actor=actor_named("admin"))
    assert roles_of("zhangsan") == set()


@pytest.mark.parametrize(("held", "wanted"), [
    ("admin", Role.SECURITY_ADMINISTRATOR), ("admin", Role.AUDIT_ADMINISTRATOR), ("audit", Role.SYSTEM_ADMINISTRATOR),
])
def test_the_three_administrators_are_three(city, by_security, held, wanted):
    with pytest.raises(Refused, match="三员分立"):
        by_security(city.users[held], Place(wanted, OFFICE))


def test_an_administrator_holds_nothing_else_and_nobody_else_becomes_one(city, by_security):
    office = db.session.scalars(select(Organisation.id).where(Organisation.name == OFFICE)).one()
    for held, wanted in (("admin", Role.CASE_OFFICER), ("chenjing", Role.AUDIT_ADMINISTRATOR)):
        with pytest.raises(Refused, match="不兼其他岗位"):
            by_security(city.users[held], Place(wanted, OFFICE))
        user = city.users[held]
        db.session.add(Post(user_id=user.id, role=wanted, organisation_id=office, started_at=user.created_at))
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()
    ended = db.session.scalars(select(Post).where(Post.user_id == city.users["chenjing"].id)).one()
    ended.ended_at = ended.started_at
    db.session.commit()
    by_security(city.users["chenjing"], Place(Role.AUDIT_ADMINISTRATOR, OFFICE))
    appointments.decide(appointments.waiting(actor_named("admin"))[0].id, agrees=True, actor=actor_named("admin"))
    ended.ended_at = None
    with pytest.raises(IntegrityError):
        db.session.commit()
    db.session.rollback()


@pytest.mark.parametrize("shared", [
    {"phone": "13900001111"}, {"email": "Zhang@example.com"}, {"name": "张三", "phone": None},
    {"username": "13900001111"},
])
def test_a_second_account_of_one_person_is_no_second_person(city, newcomer, by_security, shared):
    by_security(newcomer, Place(Role.SUPERVISOR, OFFICE))
    (waits,) = appointments.waiting(actor_named("admin"))
    values = {"phone": "13900002222"} | shared
    db.session.execute(update(User).where(User.id == newcomer.id).values(email="zhang@example.com"))
    db.session.execute(update(User).where(User.username == "admin").values(values))
    db.session.commit()
    admin = shared.get("username", "admin")
    with pytest.raises(Refused, match="换一个账号也不行"):
        appointments.decide(waits.id, agrees=True, actor=actor_named(admin))
    with pytest.raises(Refused, match="三员分立"):
        by_security(newcomer, Place(Role.SECURITY_ADMINISTRATOR, OFFICE))


def test_of_one_name_two_mobiles_tell_two_people_apart(city, newcomer, by_security):
    by_security(newcomer, Place(Role.SUPERVISOR, OFFICE))
    db.session.execute(update(User).where(User.username == "admin").values(name="张三", phone="13900002222"))
    db.session.commit()
    (waits,) = appointments.waiting(actor_named("admin"))
    appointments.decide(waits.id, agrees=True, actor=actor_named("admin"))
    assert roles_of("zhangsan") == {Role.SUPERVISOR}


def test_the_database_itself_wants_two_people(city, newcomer, by_security):
    by_security(newcomer, Place(Role.SUPERVISOR, OFFICE))
    own = city.users["security"].id

    @operation
    def agree_oneself():
        agreed = {"decided_by_id": own, "is_agreed": True, "decided_at": Appointment.proposed_at}
        db.session.execute(update(Appointment).values(agreed))

    with pytest.raises(IntegrityError):
        agree_oneself()


def test_who_is_dismissed_is_out_at_once(app, city, by_security):
    guest = Guest(app, "chenjing")
    assert guest.downloads("/work").status_code == 200
    post = db.session.scalars(select(Post).where(Post.user_id == city.users["chenjing"].id)).one()
    appointments.dismiss(post.id, reason="调离", actor=actor_named("security"))
    assert roles_of("chenjing") == set()
    assert "/login" in guest.downloads("/work").location
    still = select(LoginSession).where(LoginSession.user_id == post.user_id, LoginSession.ended_at.is_(None))
    assert db.session.scalars(still).all() == []
    with pytest.raises(Refused, match="自己"):
        own = appointments.held(city.users["security"].id)[0][0]
        appointments.dismiss(own.id, reason="x", actor=actor_named("security"))


def test_a_closed_account_is_out_until_it_is_taken_up(city):
    admin, user = actor_named("admin"), city.users["chenjing"]
    account_desk.close(user.id, reason="停职", actor=admin)
    with pytest.raises(Refused, match="已经停用"):
        account_desk.close(user.id, reason="停职", actor=admin)
    db.session.expire_all()
    assert not user.is_active
    account_desk.take_up(user.id, reason="复职", actor=admin)
    db.session.expire_all()
    assert user.is_active
    with pytest.raises(Refused, match="自己"):
        account_desk.close(city.users["admin"].id, reason="x", actor=admin)


def test_the_last_of_the_three_is_not_closed(city, newcomer, by_security):
    admin, security = actor_named("admin"), city.users["security"].id
    for name in ("security", "audit"):
        with pytest.raises(Refused, match="只有这一位"):
            account_desk.close(city.users[name].id, reason="x", actor=admin)
    by_security(newcomer, Place(Role.SECURITY_ADMINISTRATOR, OFFICE))
    appointments.decide(appointments.waiting(admin)[0].id, agrees=True, actor=admin)
    account_desk.close(security, reason="停职", actor=admin)
    with pytest.raises(Refused, match="只有这一位"):
        account_desk.close(newcomer.id, reason="x", actor=admin)


def test_an_account_named_by_a_mobile_has_no_other(city):
    opened = {"name": "赵六", "email": "", "actor": actor_named("admin")}
    with pytest.raises(BadInput, match="同一个号码"):
        account_desk.open_account("13911112222", mobile="13933334444", **opened)
    assert account_desk.open_account("13911112222", mobile="13911112222", **opened).phone == "13911112222"


@pytest.mark.parametrize(("given", "told"), [
    ({"username": "张三"}, "用户名"), ({"username": "chenjing"}, "已有"), ({"mobile": "１３９00001111"}, "手机号"),
    ({"email": "wangwu@example.org,other@example.org"}, "邮箱"), ({"email": "wangwu@example.org\nBcc: x@y.z"}, "邮箱"),
])
def test_what_cannot_be_is_one_sentence(city, given, told):
    with pytest.raises(BadInput, match=told):
        account_desk.open_account(**{"username": "wangwu", "name": "王五", "mobile": "", "email": "",
                                     "actor": actor_named("admin")} | given)
