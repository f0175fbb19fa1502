"""万企评机关 from the draft to the published figures: the draw, the links, the answers, the freeze."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import func, inspect, select

from models import clock
from models.base import db
from models.campaigns import (
    CampaignAnswer,
    CampaignInvitation,
    CampaignObject,
    CampaignPick,
    CampaignResult,
    CampaignStratum,
    ObjectKind,
    Stage,
)
from models.deliveries import Delivery
from models.directory import EnterpriseStatus
from models.engagement import Effect
from models.hall import CountedCase
from models.log import Event
from models.notices import Notice
from models.ratings import Grade
from operations.access.campaign_scope import get_campaign
from operations.access.people import actor_named
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import campaigns
from operations.ratings.campaigns import (
    answering,
    checking,
    drawing,
    freezing,
    inviting,
    keeping_time,
    planning,
)
from operations.ratings.campaigns.answering import InvitationSpent, Opinion
from tests.campaigns import ADDRESS, NOW, drawn, firms, kept, planned, rules, running, talk, tokens
from tests.conftest import SettledCity, settle_city
from tests.lives import LAND, POWER, Life, shanghai
from tests.shared import IS_DRILL
from tests.together import at_once
from tests.views.counting import statements

OFFICE = "hening"


@pytest.fixture(scope="module")
def canvassed(app, database):
    """100 firms spoken to by the power company, the last 40 of them by the land bureau too."""
    with app.app_context():
        city = settle_city(database)
        ids = firms(city, 100)
        talk("chenjing", ids)
        talk("litao", ids[60:])
        db.session.remove()
        database.remember("canvassed")
    yield ids
    database.restore()


@pytest.fixture
def settled(canvassed, database):
    """The same for a test that writes."""
    yield canvassed
    db.session.remove()
    database.restore("canvassed")


pytestmark = pytest.mark.shares_rows


def acts(act, campaign_id, by=OFFICE, at=NOW, **rest):
    with clock.standing_at(at):
        return act(campaign_id, actor=actor_named(by), **rest)


def says(token, *grades, words=""):
    """Answers the objects of a link, the grades in turn."""
    with clock.standing_at(NOW):
        _, objects = answering.asked(token)
        said = {one.id: Opinion(grades[n % len(grades)], words) for n, one in enumerate(objects)}
        return answering.answer(token, opinions=said)


def picks(campaign_id):
    rows = select(CampaignPick).join(CampaignObject).where(CampaignObject.campaign_id == campaign_id)
    return {(row.object_id, row.enterprise_id) for row in db.session.scalars(rows)}


def test_the_draw_can_be_done_again_by_anybody(settled):
    """SQL and plain Python, each from its own reading of the rule, draw the same firms on both engines."""
    campaign_id = drawn(sample_size=20)
    campaign, sample = kept(campaign_id), picks(campaign_id)
    contacts = checking.contacts_of(campaign)
    assert sample == checking.drawn("2026-08-24", 20, contacts) and len(contacts) == 140 and len(sample) == 40
    assert checking.check(campaign) == checking.Check(140, True)
    assert checking.drawn("2026-08-25", 20, contacts) != sample

    strata = db.session.scalars(select(CampaignStratum).where(CampaignStratum.contact_count > 0)).all()
    power = [row for row in strata if row.object_id == min(one for one, _ in sample)]
    assert sum(row.contact_count for row in power) == 100 and sum(row.drawn_count for row in power) == 20
    # 100 firms in 27 strata of 3 to 4: a fifth of each is 0.6 or 0.8, so at most one is drawn of any.
    assert {row.drawn_count for row in power} == {0, 1} and len(power) == 27
    assert all(row.drawn_count <= row.contact_count for row in strata)


def test_the_frame_is_who_had_to_do_with_the_object(settled, canvassed):
    """Outside the period, ineffective talks, firms gone and orders sent back do not count; a ticket does."""
    more = firms(SettledCity(), 4, first=600_000)
    talk("sunyue", more[:1], at="2025-12-31 23:00")
    talk("sunyue", more[1:2], at="2026-06-30 23:30")
    talk("sunyue", more[2:3], effect=Effect.INEFFECTIVE)
    talk("sunyue", more[3:])
    db.session.execute(sa.text("UPDATE enterprises SET status = :gone WHERE id = :id"),
                       {"gone": EnterpriseStatus.DEREGISTERED.value, "id": more[3]})
    db.session.commit()
    campaign_id = drawn(lines=("市财政局",))
    assert [one for _, one in picks(campaign_id)] == [more[1]]

    life = Life(SettledCity()).at("2026-06-10 09:00").submit().accept().dispatch()
    again = drawn(lines=(POWER,), seed="another")
    assert life.enterprise.id in {one for _, one, _ in checking.contacts_of(kept(again))}


def test_a_draw_keeps_its_plan_and_happens_once(settled):
    campaign_id = drawn()
    with pytest.raises(Refused, match="不能再抽样"):
        acts(drawing.draw, campaign_id)
    with pytest.raises(Refused, match="对象不能再改"):
        acts(planning.add_objects, campaign_id, kind=ObjectKind.UNIT, peer_group="组", lines=["市财政局"])
    for change in ("seed = 'mine'", "weights = '{}'", "drawn_at = NULL, digest = ''", "sample_size = 1"):
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE campaigns SET {change}"))
    for change in ("campaign_picks SET enterprise_id = 1", "campaign_strata SET contacts = '1'"):
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE {change}"))
    assert acts(planning.abandon, campaign_id).stage is Stage.ABANDONED


def test_nobody_to_draw_is_said_and_nothing_is_kept(settled):
    with clock.standing_at(NOW):
        campaign_id = planned(lines=("市财政局",))
    with pytest.raises(Refused, match="抽不出样本"):
        acts(drawing.draw, campaign_id)
    assert kept(campaign_id).drawn_at is None and picks(campaign_id) == set()


@pytest.mark.parametrize(("lines", "sentence"), [
    (["没有的局"], "没有的局"), ([], "一行一个"), (["市住建局/" + "长" * 100], "没有找到"),
])
def test_objects_must_be_there(settled, lines, sentence):
    with clock.standing_at(NOW):
        campaign_id = planned()
    with pytest.raises(BadInput, match=sentence):
        acts(planning.add_objects, campaign_id, kind=ObjectKind.DIVISION, peer_group="处室", lines=lines)


def test_an_object_is_there_once_and_may_go_while_nothing_is_drawn(settled):
    with clock.standing_at(NOW):
        campaign_id = planned()
    more = {"kind": ObjectKind.DIVISION, "peer_group": "处室"}
    assert acts(planning.add_objects, campaign_id, lines=[POWER, "市住建局/审批科", "市住建局/审批科"], **more) == 1
    division = kept_objects(campaign_id)["市住建局审批科"]
    acts(planning.drop_object, campaign_id, object_id=division.id)
    with pytest.raises(NotFound):
        acts(planning.drop_object, campaign_id, object_id=division.id)
    assert acts(planning.add_objects, campaign_id, lines=["市住建局/审批科"], **more) == 1


def kept_objects(campaign_id):
    return {one.name: one for one in planning.objects_of(kept(campaign_id))}


def test_who_runs_reads_and_publishes(settled):
    campaign_id = drawn()
    for stranger in ("chenjing", "zhoujian", "wujie", "hengzha", "liumin"):
        with pytest.raises(NotFound):
            get_campaign(actor_named(stranger), campaign_id)
    assert get_campaign(actor_named("qianwei"), campaign_id).id == campaign_id
    with pytest.raises(NotAllowed):
        acts(inviting.invite, campaign_id, by="luoshizhang", address_of=str)


def test_invitations_go_by_text_once_and_reminders_to_who_has_not_answered(settled):
    campaign_id, links = running()
    invited = db.session.scalar(select(func.count()).select_from(CampaignInvitation))
    assert len(set(links)) == len(links) == invited
    told = db.session.scalars(select(Delivery).where(Delivery.key.startswith("campaign-"))).all()
    assert all(one.expires_at == shanghai("2026-09-11 00:00") and len(one.words) < 200 for one in told)
    with pytest.raises(Refused):
        acts(inviting.invite, campaign_id, address_of=str)
    says(links[0], Grade.SATISFIED)

    with pytest.raises(Refused, match="不到 3 天"):
        acts(inviting.remind, campaign_id, address_of=str)
    for days in (3, 6):
        later = NOW + timedelta(days=days)
        assert acts(inviting.remind, campaign_id, at=later, address_of=lambda token: ADDRESS + token) == invited - 1
    with pytest.raises(Refused, match="不再打扰"):
        acts(inviting.remind, campaign_id, at=NOW + timedelta(days=9), address_of=str)
    says(tokens()[-1], Grade.SATISFIED)
    with pytest.raises(InvitationSpent):
        says(links[-1], Grade.SATISFIED)


def test_inviting_takes_as_many_statements_for_many_as_for_few(settled):
    counts = []
    for size in (3, 40):
        campaign_id = drawn(sample_size=size)
        with statements() as seen:
            acts(inviting.invite, campaign_id, address_of=str)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 16


def test_refused_links_look_alike(settled):
    campaign_id, links = running(sample_size=4)
    says(links[0], Grade.SATISFIED)
    for token in (links[0], "", "x", links[1] + "x", "A" * 5000, "%00"):
        with pytest.raises(InvitationSpent) as refused, statements() as seen:
            answering.asked(token)
        assert str(refused.value) == InvitationSpent.message and len(seen) == 1
    with clock.standing_at(shanghai("2026-09-11 00:00")), pytest.raises(InvitationSpent):
        answering.asked(links[1])
    acts(freezing.close, campaign_id)
    with clock.standing_at(NOW), pytest.raises(InvitationSpent):
        answering.asked(links[1])


def test_one_link_gives_one_answer_however_many_press_at_once(settled, app):
    _, links = running(sample_size=4)
    with clock.standing_at(NOW):
        said = {one.id: Opinion(Grade.SATISFIED) for one in answering.asked(links[0])[1]}
    db.session.remove()

    def press():
        return answering.answer(links[0], opinions=said).id

    hands = 50 if IS_DRILL else 8
    answers = at_once(app, [press] * hands, moment=NOW)
    assert sum(isinstance(one, InvitationSpent) for one in answers) == hands - 1
    assert db.session.scalar(select(func.count()).select_from(CampaignAnswer)) == len(said)


def test_only_what_was_asked_can_be_answered(settled):
    _, links = running(sample_size=4)
    with clock.standing_at(NOW):
        for said in ({}, {10**6: Opinion(Grade.SATISFIED)}):
            with pytest.raises(BadInput):
                answering.answer(links[0], opinions=said)
    assert says(links[0], None).stage is Stage.RUNNING, "不了解 is an answer"


def test_nothing_leads_from_an_answer_to_who_gave_it(settled):
    """No key, no moment, no order; the log knows that answers came, and of nobody."""
    campaign_id, links = running(sample_size=12)
    for link in links[:8]:
        says(link, Grade.SATISFIED, words="办得快")
    assert {column["name"] for column in inspect(db.engine).get_columns("campaign_answers")} == {
        "id", "object_id", "grade", "words"}
    ids = db.session.scalars(sa.text("SELECT id FROM campaign_answers ORDER BY id")).all()
    assert len(set(ids)) == len(ids) and all(two - one > 1 for one, two in zip(ids, ids[1:], strict=False))
    events = db.session.scalars(select(Event).where(Event.action == "answer_campaign")).all()
    assert len(events) == 8
    assert all((one.actor_id, one.post_id, one.object_id) == (None, None, campaign_id) for one in events)
    assert all('"details":{}' in one.body and '"ip":""' in one.body for one in events)
    assert not any(column.name.endswith(("_at", "_on")) for column in CampaignInvitation.__table__.c)


def frozen(settled, *, campaign_id, links, grades, at=NOW):
    for place, link in enumerate(links):
        says(link, *grades(place))
    acts(freezing.close, campaign_id, at=at)
    acts(freezing.freeze, campaign_id, at=at)
    return {one.name: db.session.get(CampaignResult, one.id) for one in planning.objects_of(kept(campaign_id))}


def test_what_is_frozen_never_changes(settled):
    rules(minimum=10)
    campaign_id, links = running(sample_size=100)
    found = frozen(settled, campaign_id=campaign_id, links=links[54:66],
                   grades=lambda place: ((Grade.VERY_SATISFIED, Grade.FAIRLY_SATISFIED)[place % 2], Grade.DISSATISFIED))
    power, land = found[POWER], found[LAND]
    # 12 firms answer: 6 × 100 + 6 × 60 = 960 of 12. The land bureau had to do with the last 40 of the hundred, of whom
    # 6 answer: 6 × 30 = 180 of 6, too few to be ranked.
    assert (power.answer_count, power.score, power.satisfied, power.rank) == (12, 8000, 10000, 1)
    assert (land.answer_count, land.score, land.satisfied, land.rank) == (6, 3000, 0, None)
    assert power.grades["very_satisfied"] == 6 and (power.drawn_count, land.drawn_count) == (100, 40)
    object_id = power.object_id
    db.session.remove()
    for change in ("UPDATE campaign_results SET score = 9999", "DELETE FROM campaign_results",
                   "UPDATE campaigns SET closed_at = NULL, frozen_at = NULL, frozen_by_id = NULL",
                   "UPDATE campaign_answers SET grade = 'satisfied'", "DELETE FROM campaign_answers",
                   f"INSERT INTO campaign_answers (id, object_id, words) VALUES (1, {object_id}, '')"):
        with pytest.raises(sa.exc.DBAPIError), db.engine.begin() as connection:
            connection.execute(sa.text(change))

    with pytest.raises(Refused, match="不能自己公布"):
        acts(freezing.publish, campaign_id)
    acts(freezing.publish, campaign_id, by="luoshizhang")
    assert [one.id for one in campaigns.published()] == [campaign_id]


def test_few_answers_are_not_even_counted(settled):
    campaign_id, links = running(sample_size=100)
    land = frozen(settled, campaign_id=campaign_id, links=links[56:64],
                  grades=lambda _: (Grade.SATISFIED, Grade.SATISFIED))[LAND]
    assert (land.answer_count, land.score, land.grades, land.drawn_count) == (None, None, {}, 40)
    assert all(row.name != LAND for row in campaigns.written(kept(campaign_id)))


def test_last_twice_running_is_told_to_who_must_know(settled):
    rules(minimum=5, tail=1, tail_needs=2)
    talk("chenjing", settled, at="2025-09-01 10:00")
    talk("litao", settled, at="2025-09-01 10:00")
    for half in (2, 1):
        before = len(tokens())
        campaign_id, links = running(sample_size=100, half=half)
        found = frozen(settled, campaign_id=campaign_id, links=links[before + 60:before + 66],
                       grades=lambda _: (Grade.SATISFIED, Grade.DISSATISFIED))
        told = db.session.scalars(select(Notice).where(Notice.subject.startswith("连续两次"))).all()
        assert found[LAND].is_last and not found[POWER].is_last
        assert found[LAND].is_last_again is (half == 1) and len(told) == (2 if half == 1 else 0)
    assert {one.user_id for one in told} == {actor_named(name).user_id for name in ("hening", "qianwei")}
    assert all(LAND in one.words for one in told)


def test_the_steps_come_in_their_order(settled):
    with clock.standing_at(NOW):
        campaign_id = planned()
    for act, rest in ((inviting.invite, {"address_of": str}), (freezing.close, {}), (freezing.freeze, {}),
                      (freezing.publish, {}), (inviting.remind, {"address_of": str})):
        with pytest.raises(Refused):
            acts(act, campaign_id, **rest)
    acts(drawing.draw, campaign_id)
    acts(inviting.invite, campaign_id, address_of=str)
    with pytest.raises(Refused, match="不能作废"):
        acts(planning.abandon, campaign_id)


def test_a_member_opens_the_link_by_themselves(settled, canvassed):
    life = Life(SettledCity()).at("2026-06-10 09:00").submit().accept().dispatch()
    campaign_id = drawn(sample_size=200)
    acts(inviting.invite, campaign_id, address_of=str)
    with clock.standing_at(NOW):
        mine = inviting.open_invitations(actor_named("hengzha"))
        assert [(row.id, row.enterprise) for row in mine] == [(campaign_id, life.enterprise.name)]
        token = inviting.own_link(campaign_id, actor=actor_named("hengzha"))
        says(token, Grade.VERY_SATISFIED)
        assert inviting.open_invitations(actor_named("hengzha")) == []
        for nobody in ("hengzha", "hongda"):
            with pytest.raises(NotFound):
                inviting.own_link(campaign_id, actor=actor_named(nobody))


def test_a_campaign_closes_at_its_end_and_reminds_by_plan_by_itself(settled):
    campaign_id, links = running()

    def keeps_time(at):
        with clock.standing_at(at):
            return keeping_time.keep_time(campaign_id, address_of=lambda token: ADDRESS + token)

    done = [keeps_time(NOW + timedelta(days=days)) for days in (0, 3, 4, 6, 9)]
    assert done == [False, True, False, True, False] and kept(campaign_id).reminders == 2
    end = shanghai("2026-09-11 00:00")
    assert not keeps_time(end - timedelta(seconds=1)) and keeping_time.running() == [campaign_id]
    assert keeps_time(end + timedelta(hours=9)) and not keeps_time(end + timedelta(hours=10))
    assert (kept(campaign_id).stage, kept(campaign_id).closed_at, keeping_time.running()) == (Stage.CLOSED, end, [])
    event = db.session.scalars(select(Event).where(Event.action == "close_campaign")).one()
    assert event.actor_id is None


def test_who_finished_something_at_a_window_is_in_the_frame(settled):
    city = SettledCity()
    window = city.organisations["云州市住建局市政科"]
    firm = firms(city, 1, first=700_000)[0]
    for number in ("A1", "A2"):
        db.session.add(CountedCase(
            system="yz-hall", number=number, item="排水许可", unit_id=window.parent_id, window_id=window.id,
            region_path="/", enterprise_id=firm, finished_at=shanghai("2026-03-02 10:00")))
    db.session.commit()
    house = db.session.get(type(window), window.parent_id).name
    campaign_id = drawn(lines=(POWER, house))
    asked = select(CampaignInvitation.enterprise_id).where(CampaignInvitation.campaign_id == campaign_id)
    picked = select(func.count()).select_from(CampaignPick).join(
        CampaignObject, CampaignObject.id == CampaignPick.object_id).where(CampaignObject.unit_id == window.parent_id)
    assert firm in db.session.scalars(asked).all() and db.session.scalar(picked) == 1
