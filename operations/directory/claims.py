"""认领: somebody who has proved a mobile says to act for an enterprise, and who is entitled is let in."""

from dataclasses import dataclass

from sqlalchemy import exists, select

from models import clock
from models.access import MemberRole, Post, Role, User
from models.base import db
from models.directory import Claim, Contact, Decision, Enterprise, EnterpriseCategory, Region
from operations import log, notices
from operations.access import codes, persons
from operations.access.accounts import account_of, open_account
from operations.access.actor import Actor
from operations.access.codes import Proven
from operations.base import operation
from operations.directory import claim_desk, senders
from operations.directory.facts import kind_of
from operations.directory.merging import goes_on
from operations.directory.names import has_right_check, initials_of, plain_phone
from operations.directory.ownership import Owners
from operations.errors import BadInput, NotFound, Refused
from operations.insight.indexing import index_enterprises

SELF_SERVICE = "企业自助登记"
PURPOSE = "认领企业"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who claims: ``password`` is for an account that is not there yet, ``region_id`` for an unknown enterprise."""

    person: str
    password: str = ""
    region_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will become of a claim, and what is still to be asked for it."""

    credit_code: str
    name: str
    mobile: str
    is_known: bool
    is_entitled: bool
    has_account: bool


def outlook(opened: Proven) -> Outlook:
    """What the last page of a claim has to say and to ask."""
    enterprise = find(opened.wish["credit_code"])
    return Outlook(
        credit_code=opened.wish["credit_code"], name=opened.wish["name"], mobile=opened.number,
        is_known=enterprise is not None,
        is_entitled=enterprise is not None and is_entitled(enterprise, opened.number),
        has_account=account_of(opened.number) is not None,
    )


@operation
def claim(key: str, *, applicant: Applicant, address: str = "") -> Claim:
    """认领：use up the proven code, make the account, and bind at once or put the claim on a desk.

    At once only for the mobile that the directory names as contact, and only while nobody is a member: every other
    claim waits for the steward or the owner's registrar (security.md, case 19). Raises NoLongerOpen, Refused, BadInput.
    """
    opened = codes.spend(key)
    user = account_of(opened.number) or open_account(
        opened.number, person=applicant.person, password=applicant.password
    )
    if not user.is_active:
        raise Refused("这个手机号的账号已经停用，请联系企业服务中心。")
    made = _claim_of(user, opened, applicant)
    actor = Actor(user.id, user.name, (), address=address)
    senders.note(made)
    log.record("claim_enterprise", object_type="claim", object_id=made.id, actor=actor)
    if made.enterprise is not None and is_entitled(made.enterprise, made.mobile):
        _bind(made, made.enterprise, actor=actor)
    else:
        claim_desk.tell_desk(made)
    return made


@operation
def confirm(claim_id: int, *, actor: Actor, reason: str = "") -> Claim:
    """确认认领：the claimant becomes a member; an enterprise that is not in the directory yet is registered.

    Raises NotFound, Refused.
    """
    waiting = _decided_now(claim_id, actor)
    enterprise = waiting.enterprise or find(waiting.credit_code) or _register(waiting, actor, reason)
    _bind(waiting, enterprise, actor=actor, reason=reason)
    waiting.decided_by_id = actor.user_id
    claim_desk.tell_claimant(waiting, f"已确认您可以代表{enterprise.name}办事")
    return waiting


@operation
def refuse(claim_id: int, *, actor: Actor, reason: str) -> Claim:
    """不予确认：nobody becomes anything; the claimant reads why and may ask again. Raises NotFound, Refused, BadInput."""
    if not reason.strip():
        raise BadInput("请写明不予确认的原因。")
    waiting = _decided_now(claim_id, actor)
    waiting.decision, waiting.decided_at = Decision.REFUSED, clock.now()
    waiting.decided_by_id, waiting.reason = actor.user_id, reason
    senders.refuse_all(waiting, actor=actor)
    log.record("refuse_claim", object_type="claim", object_id=waiting.id, actor=actor, words=reason)
    claim_desk.tell_claimant(waiting, f"没有通过认领：{waiting.name}", words=reason)
    return waiting


def find(credit_code: str) -> Enterprise | None:
    """The enterprise of this code; of one that was merged into another, the one that goes on."""
    found = db.session.scalar(select(Enterprise).where(Enterprise.credit_code == credit_code))
    return goes_on(found) if found is not None else None


def is_entitled(enterprise: Enterprise, mobile: str) -> bool:
    """Whether this mobile is the directory's own contact of an enterprise that nobody has claimed."""
    if db.session.scalar(select(exists().where(Post.enterprise_id == enterprise.id, Post.ended_at.is_(None)))):
        return False
    contacts = select(Contact.phone).where(Contact.enterprise_id == enterprise.id, Contact.ended_at.is_(None))
    return mobile in {plain_phone(phone) for phone in (enterprise.contact_phone, *db.session.scalars(contacts))}


def _claim_of(user: User, opened: Proven, applicant: Applicant) -> Claim:
    code, enterprise = opened.wish["credit_code"], find(opened.wish["credit_code"])
    waits = select(exists().where(Claim.user_id == user.id, Claim.credit_code == code, Claim.decided_at.is_(None)))
    if db.session.scalar(waits):
        raise Refused("您已经认领过这家企业，正在核实，不用重复提交。")
    if enterprise is not None and _is_member(user.id, enterprise.id):
        raise Refused("您已经是这家企业的成员，请直接登录。")
    made = Claim(user_id=user.id, enterprise=enterprise, credit_code=code, name=opened.wish["name"],
                 person=applicant.person, mobile=opened.number, asked_at=clock.now())
    if enterprise is None:
        region = db.session.get(Region, applicant.region_id) if applicant.region_id else None
        if region is None:
            raise BadInput("请选择企业所在的区县。")
        made.region, made.owner_unit_id = region, Owners().of(EnterpriseCategory.GENERAL, region.path)
    db.session.add(made)
    db.session.flush()
    return made


def _is_member(user_id: int, enterprise_id: int) -> bool:
    held = exists().where(Post.user_id == user_id, Post.enterprise_id == enterprise_id, Post.ended_at.is_(None))
    return bool(db.session.scalar(select(held)))


def _decided_now(claim_id: int, actor: Actor) -> Claim:
    """The claim on the actor's desk, for this transaction alone; whoever comes second finds it decided."""
    if claim_desk.find(actor, claim_id) is None:
        raise NotFound
    locked = select(Claim).where(Claim.id == claim_id).with_for_update(of=Claim).execution_options(
        populate_existing=True
    )
    found = db.session.scalars(locked).one()
    if found.decided_at is not None:
        raise Refused("这件认领已经由他人处理。")
    return found


def _bind(claimed: Claim, enterprise: Enterprise, *, actor: Actor, reason: str = "") -> None:
    """Let the claimant in: as administrator when the enterprise has none."""
    db.session.refresh(enterprise, with_for_update=True)
    if _is_member(claimed.user_id, enterprise.id):
        raise Refused("申请人已经是这家企业的成员。")
    persons.ensure_apart(db.session.get_one(User, claimed.user_id), Role.ENTERPRISE_MEMBER)
    now = clock.now()
    administrators = exists().where(Post.enterprise_id == enterprise.id, Post.ended_at.is_(None),
                                    Post.member_role == MemberRole.ADMINISTRATOR)
    role = MemberRole.AGENT if db.session.scalar(select(administrators)) else MemberRole.ADMINISTRATOR
    db.session.add(Post(user_id=claimed.user_id, role=Role.ENTERPRISE_MEMBER, enterprise_id=enterprise.id,
                        member_role=role, started_at=now))
    if enterprise.claimed_at is None:
        enterprise.claimed_at = now
    claimed.enterprise, claimed.decision = enterprise, Decision.CONFIRMED
    claimed.decided_at, claimed.reason = now, reason
    log.record("confirm_claim", object_type="claim", object_id=claimed.id, actor=actor, words=reason,
               details={"enterprise": enterprise.id, "member": claimed.user_id, "role": role})
    present = claim_desk.people_of(enterprise.id)
    notices.tell_people(present - {claimed.user_id}, f"{claimed.person}已成为{enterprise.called}的{role.label}",
                        about=f"claim.{claimed.id}")
    senders.take_proven(claimed, actor=actor)


def _register(claimed: Claim, actor: Actor, reason: str) -> Enterprise:
    code, region = claimed.credit_code, claimed.region
    assert region is not None
    if not has_right_check(code) and not reason:
        raise Refused("统一社会信用代码的校验位不对。核对营业执照后仍要登记的，请写明原因。")
    enterprise = Enterprise(
        credit_code=code, name=claimed.name, initials=initials_of(claimed.name), region_id=region.id,
        kind=kind_of(code), category=EnterpriseCategory.GENERAL,
        code_override="" if has_right_check(code) else f"{actor.name}：{reason}"[:200],
        owner_unit_id=claimed.owner_unit_id, contact_name=claimed.person, contact_phone=claimed.mobile,
        source=SELF_SERVICE, quiet_since=clock.now(), created_at=clock.now(),
    )
    db.session.add(enterprise)
    db.session.flush()
    index_enterprises([enterprise.id])
    log.record("register_enterprise", object_type="enterprise", object_id=enterprise.id, actor=actor)
    return enterprise
