"""导出: above a size with somebody else's word, three a day, once, and no more than was let."""

from datetime import timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Policy
from models.exports import Export
from models.log import Event
from models.notices import Notice
from operations.access.people import actor_named
from operations.errors import BadInput, NotAllowed, NotFound, Refused
from operations.insight import enterprise_sheet, exports
from operations.insight.enterprise_filter import EnterpriseFilter
from operations.insight.enterprise_picks import Picking
from operations.insight.exports import ExportState
from tests.lives import START, shanghai
from tests.together import at_once

ALL = Picking(None, EnterpriseFilter())


@pytest.fixture
def now(city):
    db.session.add(Policy(name="export", value={"rows_without_approval": 1}, effective_at=START - timedelta(days=1),
                          reason="小城"))
    db.session.commit()
    with clock.standing_at(START):
        yield


def everything(by):
    return enterprise_sheet.content(actor_named(by), ALL)


def ask(by="hejun", count=3, reason="季度核对"):
    return exports.ask(actor_named(by), query="", scope="全部企业", count=count, reason=reason)


def decide(export, by="security", is_granted=True, words=""):
    exports.decide(export, actor=actor_named(by), is_granted=is_granted, words=words)
    return export


def take(export, by="hejun"):
    with exports.take(export, actor=actor_named(by), content=everything(by)) as file:
        return openpyxl.load_workbook(file).active


def told(username):
    rows = select(Notice.subject).where(Notice.user_id == actor_named(username).user_id).order_by(Notice.id)
    return list(db.session.scalars(rows))


def test_many_rows_need_somebody_elses_word(now):
    with pytest.raises(BadInput, match="最多办理 1 家"):
        exports.take_few(actor_named("hejun"), everything("hejun"), query="", scope="全部企业")
    export = ask()
    assert told("security") == ["何军申请导出企业名单 3 家"] and exports.state_of(export) is ExportState.WAITING
    with pytest.raises(Refused, match="待审批"):
        take(export)
    decide(export)
    assert told("hejun") == ["导出申请已批准，8月24日 17:30 前下载"]
    assert "何军" in take(export)["A1"].value and exports.state_of(export) is ExportState.TAKEN
    with pytest.raises(Refused, match="已下载"):
        take(export)
    actions = list(db.session.scalars(select(Event.action).where(Event.object_type == "export").order_by(Event.seq)))
    assert actions == ["ask_export", "grant_export", "export_enterprises"]


def test_nobody_lets_their_own_and_nobody_else_takes_it(now, city):
    export = ask()
    for username in ("hejun", "hening", "admin"):
        with pytest.raises(NotAllowed):
            decide(export, by=username)
    decide(export)
    with pytest.raises(NotAllowed):
        take(export, by="dengli")
    for username in ("dengli", "hening", "audit"):
        with pytest.raises(NotFound):
            exports.get(actor_named(username), export.id)


def test_a_refusal_says_why_and_an_old_one_lapses(now):
    refused, lapsed, late = ask(), ask(), decide(ask())
    with pytest.raises(BadInput, match="为什么不批准"):
        decide(refused, is_granted=False)
    decide(refused, is_granted=False, words="用途不明")
    assert exports.state_of(refused) is ExportState.REFUSED and told("hejun")[-1] == "导出申请没有批准"
    with clock.standing_at(shanghai("2026-08-24 17:31")):
        assert {exports.state_of(lapsed), exports.state_of(late)} == {ExportState.EXPIRED}
        with pytest.raises(Refused, match="已过期"):
            decide(lapsed)
        with pytest.raises(Refused, match="已过期"):
            take(late)


def test_no_more_rows_than_were_let_and_no_more_than_three_asked(now):
    with pytest.raises(BadInput, match="最多办理 1 家"):
        take(decide(ask(count=1)))
    for _ in range(3):
        ask()
    with pytest.raises(Refused, match="3 份申请"):
        ask()
    with pytest.raises(BadInput, match="用途"):
        ask(by="dengli", reason=" ")
    with pytest.raises(BadInput, match="最多导出 5000"):
        ask(by="dengli", count=5001)


def test_three_a_day_also_at_once(app, city):
    def export():
        exports.take_few(actor_named("hejun"), everything("hejun"), query="", scope="全部企业").close()

    db.session.remove()
    outcomes = at_once(app, [export] * 4, moment=START)
    assert [str(one) for one in outcomes if isinstance(one, Refused)] == ["每人每天最多导出 3 次，请明天再导出。"]
    with clock.standing_at(START + timedelta(days=1)):
        export()


def test_the_database_lets_nobody_take_what_nobody_let(now):
    export = ask()
    with pytest.raises(sa.exc.IntegrityError, match="taken_with_approval"):
        db.session.execute(sa.update(Export).where(Export.id == export.id).values(taken_at=START))
    db.session.rollback()
