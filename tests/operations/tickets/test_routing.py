"""派单归属: catalogue, suggestion, return, ruling; what the database itself refuses."""

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from models import clock
from models.access import Post
from models.base import db
from models.clocks import Clock, ClockKind
from models.directory import Organisation, Region
from models.log import Event
from models.notices import Notice
from models.routing import CatalogueEntry, Ruling, RulingUnit, Suggestion, SuggestionSource
from models.tickets import OrderOutcome, Proposal, ProposalKind, SigningStage, Status, Ticket, UnitOrder
from operations.access.people import actor_named
from operations.errors import BadInput, NotAllowed, Refused, Stale
from operations.tickets import catalogue, coordination, suggesting
from operations.tickets.catalogue import Terms
from tests.lives import FINANCE, LAND, POWER, Life, shanghai
from tests.shared import ENGINES_TRIED
from tests.together import at_once

# What no engine decides.
ONE_ENGINE = pytest.mark.parametrize("engine_name", ENGINES_TRIED, indirect=True, scope="session")
LAW = "《电力供应与使用条例》第二十三条"


class Routed(Life):
    """A life in which the centre keeps the catalogue."""

    def enter(self, category, lead, *, region="9901", by="wujie", assisting=(), basis=LAW):
        with self.here():
            return catalogue.enter(
                actor=actor_named(by), category=category, region=self.city.regions[region],
                terms=Terms(self.unit(lead), basis, [self.unit(name) for name in assisting]),
            )

    def with_ticket(self, **rest):
        """Another demand of the same kind, accepted."""
        other = type(self)(self.city)
        other.now = self.now
        return other.submit(**rest).accept()

    @property
    def rows(self):
        return db.session.scalars(select(Suggestion).order_by(Suggestion.id)).all()

    def returns(self, officer, leader):
        proposal = self.propose(ProposalKind.SEND_BACK, officer, law="城市供热条例", article="第二十六条")
        assert proposal.basis == "《城市供热条例》第二十六条"
        return self.grant(proposal, leader)


@pytest.fixture
def life(city):
    return Routed(city)


def offered(life):
    with life.here():
        return [(offer.source.value, offer.unit.name) for offer in suggesting.offers(life.ticket)]


def test_the_nearest_category_wins_before_the_nearest_region(life):
    life.enter("城乡建设", LAND)
    life.submit().accept()
    assert offered(life) == [("catalogue", LAND)]
    life.enter("城乡建设", POWER, region="990102")
    assert offered(life) == [("catalogue", POWER)], "the county's own entry"
    life.enter("城乡建设", FINANCE, region="990103")
    assert offered(life) == [("catalogue", POWER)], "another county's says nothing here"
    life.enter("城乡建设/电力供应", FINANCE)
    assert offered(life) == [("catalogue", POWER)], "a narrower category is another matter"
    with life.here():
        db.session.execute(update(Ticket).values(category="城乡建设/电力供应/报装"))
    db.session.refresh(life.ticket)
    assert offered(life) == [("catalogue", FINANCE)]


def test_a_change_ends_one_version_and_opens_the_next(life):
    entry = life.enter("水电气暖", POWER, assisting=[LAND])
    with pytest.raises(Refused, match="已经在目录里"):
        life.enter("水电气暖", LAND)
    with life.here():
        changed = Terms(life.unit(LAND), "三定方案", reason="职责调整")
        new = catalogue.revise(entry, actor=actor_named("wujie"), terms=changed)
        with pytest.raises(Stale):
            catalogue.revise(entry, actor=actor_named("wujie"), terms=Terms(life.unit(POWER), "x", reason="又改"))
        catalogue.end(new, actor=actor_named("wujie"), reason="并入他类")
    again = life.enter("水电气暖", POWER)
    rows = db.session.scalars(select(CatalogueEntry).order_by(CatalogueEntry.revision)).all()
    assert [(row.revision, row.lead_unit.name, row.ended_at is None) for row in rows] == [
        (1, POWER, False), (2, LAND, False), (3, POWER, True)]
    assert again.revision == 3
    acts = db.session.scalars(select(Event.action).where(Event.object_type == "catalogue_entry").order_by(Event.seq))
    assert acts.all() == ["enter_catalogue", "revise_catalogue", "end_catalogue", "enter_catalogue"]


@ONE_ENGINE
@pytest.mark.parametrize(("category", "basis", "assisting", "sentence"), [
    ("", LAW, (), "请填写事项类别"),
    (" / ", LAW, (), "请填写事项类别"),
    ("一/二/三/四", LAW, (), "最多三级"),
    ("水电气暖", " ", (), "依据"),
    ("水电气暖", LAW, (POWER,), "不能重复"),
])
def test_an_entry_must_be_sound(life, category, basis, assisting, sentence):
    with pytest.raises(BadInput, match=sentence):
        life.enter(category, POWER, basis=basis, assisting=assisting)


def test_a_centre_keeps_its_own_region_and_those_below(life):
    assert life.enter("水电气暖", POWER, region="990102001", by="tangyi")
    for region, by in (("9901", "tangyi"), ("990103", "tangyi"), ("9901", "hening"), ("9901", "liumin")):
        with pytest.raises(NotAllowed):
            life.enter("用地规划", LAND, region=region, by=by)


def test_the_database_keeps_one_open_entry_and_every_row(life):
    entry = life.enter("水电气暖", POWER)
    row = {name: getattr(entry, name) for name in ("category", "region_id", "lead_unit_id", "basis", "opened_by_id")}
    for statement in (
        insert(CatalogueEntry).values(**row, revision=2, reason="", end_reason="", opened_at=clock.now()),
        text("DELETE FROM catalogue_entries"),
    ):
        with pytest.raises(DBAPIError):
            db.session.execute(statement)
        db.session.rollback()


def test_of_two_who_enter_or_change_the_same_at_once_one_is_told_so(life, app):
    region = life.city.regions["9901"].id
    lead = life.unit(POWER).id

    def enters():
        terms = Terms(db.session.get_one(Organisation, lead), LAW)
        return catalogue.enter(actor=actor_named("wujie"), category="水电气暖", terms=terms,
                               region=db.session.get_one(Region, region)).id

    def changes():
        entry = db.session.scalars(select(CatalogueEntry).where(CatalogueEntry.revision == 1)).one()
        terms = Terms(db.session.get_one(Organisation, lead), LAW, reason="改")
        return catalogue.revise(entry, actor=actor_named("wujie"), terms=terms).id

    for act in (enters, changes):
        db.session.remove()
        told = at_once(app, [act, act], moment=life.now)
        assert sorted(isinstance(one, Refused | Stale) for one in told) == [False, True], told
    assert db.session.scalar(select(func.count()).where(CatalogueEntry.ended_at.is_(None))) == 1


def test_a_unit_without_people_is_a_gap_that_nobody_can_take(life):
    life.enter("城乡建设", POWER)
    db.session.execute(update(Post).where(Post.organisation_id == life.unit(POWER).id).values(ended_at=shanghai(
        "2026-08-01 09:00")))
    db.session.commit()
    life.submit().accept()
    with life.here():
        [offer] = suggesting.offers(life.ticket)
        assert "无在岗" in offer.objection and suggesting.best(life.ticket) is None


def test_what_was_suggested_is_kept_with_what_was_done_and_where_it_ended(life):
    entry = life.enter("城乡建设", POWER)
    life.submit().accept().dispatch(LAND).wait(hours=1)
    [row] = life.rows
    assert (row.source, row.unit_id, row.entry_id) == (SuggestionSource.CATALOGUE, life.unit(POWER).id, entry.id)
    assert row.reason == f"目录：云州市“城乡建设”由市供电公司主办，依据{LAW}"
    assert row.dispatched_unit_id == row.final_unit_id == life.unit(LAND).id
    life.does(coordination.transfer, "wujie", lead=life.unit(POWER), reason="职责所在")
    db.session.expire_all()
    assert life.rows[0].final_unit_id == life.unit(POWER).id
    life.officer, life.leader = "chenjing", "zhoujian"
    life.wait(hours=1).returns("chenjing", "zhoujian")
    db.session.expire_all()
    assert life.rows[0].final_unit_id is None, "nobody has it"
    life.wait(hours=1).dispatch(FINANCE)
    db.session.expire_all()
    assert [row.final_unit_id for row in life.rows] == [life.unit(FINANCE).id] * 2
    said = db.session.scalars(select(Event.body).where(Event.action == "dispatch").order_by(Event.seq)).first()
    assert '"suggested":["catalogue",' in said


def test_where_the_like_was_sent_and_stayed_is_a_precedent(life):
    life.submit().accept().dispatch(POWER).wait(hours=1)
    other = life.with_ticket(subject="另一件")
    assert offered(other) == [("practice", POWER)]
    life.returns("chenjing", "zhoujian")
    assert offered(other) == [], "what was returned is none"


def twice_returned(life):
    life.submit().accept().dispatch(POWER).wait(hours=1).returns("chenjing", "zhoujian")
    life.wait(hours=1).dispatch(LAND).wait(hours=1).returns("litao", "gaofeng")
    return life.wait(hours=1)


def case_due(life):
    rows = select(Clock.due_at).where(Clock.ticket_id == life.ticket.id, Clock.kind == ClockKind.HANDLING)
    return db.session.scalars(rows).one()


def rule(life, lead=POWER, **rest):
    life.dispatch(lead, by="wujie", ruling_words="外线属供电设施。", **rest)
    return life.wait(hours=1)


def test_after_the_second_return_the_clerk_rules_and_no_unit_returns_it_again(life):
    due = case_due(twice_returned(life))
    with pytest.raises(Refused, match="由企业服务中心裁定"):
        life.dispatch(POWER)
    with pytest.raises(BadInput, match="写明依据"):
        life.does(coordination.dispatch, "wujie", lead=life.unit(POWER), basis=" ")
    rule(life)
    ruling = db.session.scalars(select(Ruling)).one()
    assert (ruling.lead_unit_id, ruling.words, ruling.topic) == (life.unit(POWER).id, "外线属供电设施。", "城乡建设")
    at_odds = db.session.execute(select(RulingUnit.unit_id, RulingUnit.has_returned)).all()
    assert dict(map(tuple, at_odds)) == {life.unit(POWER).id: True, life.unit(LAND).id: True}
    with pytest.raises(Refused, match="已经裁定"):
        life.propose(ProposalKind.SEND_BACK, law="条例", article="一")
    assert (case_due(life), life.ticket.status) == (due, Status.HANDLING)
    returned = select(func.count()).where(UnitOrder.outcome == OrderOutcome.SENT_BACK)
    assert db.session.scalar(returned) == 2


def told_of_ruling(life, username):
    subjects = select(Notice.subject).where(Notice.user_id == actor_named(username).user_id)
    return [one for one in db.session.scalars(subjects) if one.startswith("归属裁定")]


def test_the_losing_unit_hears_of_the_ruling_and_a_transfer_after_it_is_another(life):
    rule(twice_returned(life))
    assert told_of_ruling(life, "litao") == [f"归属裁定，由市供电公司主办：{life.ticket.subject}"]
    assert told_of_ruling(life, "chenjing") == []
    life.does(coordination.transfer, "wujie", lead=life.unit(FINANCE), reason="《预算法》第二十五条")
    last = db.session.scalars(select(Ruling).order_by(Ruling.id.desc())).first()
    assert (last.lead_unit_id, last.basis) == (life.unit(FINANCE).id, "《预算法》第二十五条")
    at_odds = db.session.scalars(select(RulingUnit.unit_id).where(RulingUnit.ruling_id == last.id)).all()
    assert set(at_odds) == {life.unit(name).id for name in (POWER, LAND, FINANCE)}
    assert told_of_ruling(life, "chenjing") == [f"归属裁定，由市财政局主办：{life.ticket.subject}"]
    with pytest.raises(Refused, match="已经裁定"):
        life.propose(ProposalKind.SEND_BACK, "sunyue", law="条例", article="一")


def test_the_database_lets_nobody_return_what_was_ruled_on_or_change_a_ruling(life):
    rule(twice_returned(life))
    proposal = {"ticket_id": life.ticket.id, "round": 1, "unit_id": life.unit(POWER).id, "kind": "send_back",
                "stage": SigningStage.UNIT_LEADER, "reason": "x", "basis": "", "law": "", "article": "",
                "next_step": "", "decision_words": "", "proposed_at": clock.now(),
                "proposed_by_id": life.city.users["chenjing"].id}
    for statement in (
        insert(Proposal).values(**proposal),
        update(UnitOrder).where(UnitOrder.ended_at.is_(None)).values(outcome="sent_back", ended_at=clock.now()),
        update(Ruling).values(words="改了"), text("DELETE FROM rulings"), text("UPDATE ruling_units SET unit_id = 1"),
    ):
        with pytest.raises(DBAPIError):
            db.session.execute(statement)
        db.session.rollback()


def test_a_ruling_is_offered_for_the_like(life):
    rule(twice_returned(life))
    other = life.with_ticket()
    assert offered(other)[0] == ("ruling", POWER)
    with other.here():
        reason = suggesting.offers(other.ticket)[0].reason
    assert reason == "先例：2026年08月19日同类事项裁定由市供电公司办理，依据职责清单"


def test_a_return_tried_to_win_time_wins_none(life):
    """退回 → 再派回: the case clock has run through."""
    due = case_due(life.submit().accept().dispatch(POWER))
    life.wait(hours=1).returns("chenjing", "zhoujian").wait(hours=2).dispatch(POWER)
    assert case_due(life) == due
