"""Members of an enterprise: invited by mobile, let in once, looked after by administrators, never left without one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import clock
from models.access import Invitation, MemberRole, Post, User
from models.base import db
from models.directory import Enterprise
from models.log import Event
from models.notices import Notice
from operations.access.people import actor_named
from operations.directory import joining, members
from operations.directory.joining import InvitationOver
from operations.errors import BadInput, DomainError, NotFound, Refused
from tests.claimants import PASSWORD, STRANGER, quick_passwords, texts
from tests.lives import START
from tests.together import at_once

__all__ = ["quick_passwords"]
FIRM, PAGE = "恒轧机械", "https://zq.example/join/"
LINK = re.compile(re.escape(PAGE) + "([A-Za-z0-9_-]{40,64}) ")


@pytest.fixture(autouse=True)
def now(city, quick_passwords):
    with clock.standing_at(START):
        yield START


def invite(city, mobile=STRANGER, *, role=MemberRole.AGENT, by="hengzha", firm=FIRM):
    """Returns the token that the text message carries."""
    members.invite(city.enterprises[firm], actor=actor_named(by), mobile=mobile, member_role=role, page=PAGE)
    return LINK.search(texts()[-1].words).group(1)


def join(token, *, actor=None):
    return joining.accept(token, actor=actor, person="孙会计", password=PASSWORD)


def post_of(username):
    return db.session.scalar(select(Post.id).join(User).where(User.username == username, Post.ended_at.is_(None)))


def test_whoever_is_invited_opens_the_link_once_and_is_a_member(city):
    token = invite(city)
    join(token)

    member, firm = actor_named(STRANGER), city.enterprises[FIRM]
    assert member.enterprise_id == firm.id and not member.administers(firm.id)
    told = db.session.scalars(select(Notice.subject).join(User).where(User.username == "hengzha")).all()
    assert any("孙会计已成为" in subject for subject in told)
    for again in (token, "", "A" * 43, "A" * 999):
        with pytest.raises(InvitationOver):
            join(again)


def test_only_the_hash_is_kept_and_nothing_secret_is_sealed(city):
    token = invite(city)
    join(token)

    kept = db.session.scalars(select(Invitation)).one()
    sealed = " ".join(event.body for event in db.session.scalars(select(Event)))
    assert token not in kept.token_hash and not [one for one in (token, STRANGER, PASSWORD, "孙会计") if one in sealed]
    assert {"invite_member", "accept_invitation"} <= set(db.session.scalars(select(Event.action)))


def test_after_48_hours_or_withdrawn_or_replaced_the_link_opens_nothing(city):
    first = invite(city)
    with clock.standing_at(START + timedelta(minutes=2)):
        second = invite(city)
        with pytest.raises(InvitationOver):
            join(first)
    with clock.standing_at(START + timedelta(hours=48, minutes=2)), pytest.raises(InvitationOver):
        join(second)
    withdrawn = db.session.scalars(select(Invitation).order_by(Invitation.id.desc())).first()
    members.withdraw(withdrawn.id, actor=actor_named("hengzha"))
    with pytest.raises(InvitationOver):
        join(second)
    with pytest.raises(Refused):
        members.withdraw(withdrawn.id, actor=actor_named("hengzha"))


def test_a_weak_password_uses_nothing_up(city):
    token = invite(city)
    with pytest.raises(BadInput, match="12 至"):
        joining.accept(token, actor=None, person="孙会计", password="short")
    join(token)


def test_one_link_lets_one_in_however_often_it_is_sent(app, city):
    token = invite(city)
    db.session.remove()
    came = at_once(app, [lambda: join(token)] * 3, moment=START)

    assert sum(isinstance(one, Post) for one in came) == 1


def test_whoever_has_an_account_accepts_signed_in_and_nobody_else_does(city):
    join(invite(city))
    with clock.standing_at(START + timedelta(minutes=2)):
        token = invite(city, by="hongda", firm="宏达电商产业园")
        for wrong in (None, actor_named("hengzha")):
            with pytest.raises(Refused, match="登录"):
                join(token, actor=wrong)
        join(token, actor=actor_named(STRANGER))
    assert len(actor_named(STRANGER).posts) == 2


def test_agents_and_other_enterprises_do_nothing(city):
    join(invite(city))
    agent, own = actor_named(STRANGER), post_of("hengzha")
    acts = (
        lambda who: members.invite(city.enterprises[FIRM], actor=who, mobile="13900000009", page=PAGE,
                                   member_role=MemberRole.AGENT),
        lambda who: members.change_role(own, actor=who, member_role=MemberRole.AGENT),
        lambda who: members.end_membership(own, actor=who),
    )
    for who in (agent, actor_named("hongda"), actor_named("liumin")):
        for act in acts:
            with pytest.raises(NotFound):
                act(who)


def test_the_last_administrator_neither_leaves_nor_steps_down(city):
    own, actor = post_of("hengzha"), actor_named("hengzha")
    with pytest.raises(Refused, match="至少"):
        members.end_membership(own, actor=actor)
    with pytest.raises(Refused, match="至少"):
        members.change_role(own, actor=actor, member_role=MemberRole.AGENT)

    join(invite(city))
    members.change_role(post_of(STRANGER), actor=actor, member_role=MemberRole.ADMINISTRATOR)
    members.end_membership(own, actor=actor)
    assert actor_named("hengzha").enterprise_id is None
    with pytest.raises(NotFound):
        members.invite(db.session.get(Enterprise, city.enterprises[FIRM].id), actor=actor, mobile="13900000009",
                       member_role=MemberRole.AGENT, page=PAGE)


def test_of_two_administrators_who_leave_at_once_one_stays(app, city):
    join(invite(city, role=MemberRole.ADMINISTRATOR))
    leaving = [(post_of(name), actor_named(name)) for name in ("hengzha", STRANGER)]
    db.session.remove()
    acts = [lambda post=post, who=who: members.end_membership(post, actor=who) for post, who in leaving]
    came = at_once(app, acts, moment=START)

    assert sum(isinstance(one, DomainError) for one in came) == 1


def test_a_login_of_another_name_accepts_what_came_to_its_own_phone(city):
    phone = db.session.scalars(select(User).where(User.username == "hongda")).one().phone = "13900000077"
    db.session.commit()
    token = invite(city, phone)
    join(token, actor=actor_named("hongda"))
    assert len(actor_named("hongda").posts) == 2
    with clock.standing_at(START + timedelta(minutes=2)), pytest.raises(Refused, match="已经是企业成员"):
        invite(city, phone)
