"""The escalation queue: numbers that are those of the lists, acts item by item, nothing for who may only look."""

import io
import re

import openpyxl
import pytest
from sqlalchemy import event, func, select

from models.base import db
from models.clocks import Policy
from models.exports import Export
from models.lists import SavedView
from models.log import Event
from models.measures import Measure, MeasureKind
from models.notices import Notice
from models.supervision import Level, Supervision
from operations.access.people import actor_named
from operations.insight import queue, queue_counts
from operations.insight.keyset import TOP, Place
from operations.insight.queue import Narrowing, Sorting
from operations.supervision import supervision
from operations.supervision.measures import proposing
from operations.supervision.receipts import Receipt
from tests.lives import FINANCE, LAND, START
from tests.views.digests import digests
from tests.views.pressed import LATE, Pressed, three_late

ALL_LEVELS = tuple(Level)


@pytest.fixture
def pressed(city):
    return three_late(city)


@pytest.fixture
def mixed(pressed, people):
    """Orders on every step: unopened, opened, signed, answered; first and second; five days of lateness apart."""
    pressed.late("路灯不亮", LAND, days=7).late("税票开不出", FINANCE, firm="宏达电商产业园", days=1).at(LATE)
    pressed.sweep().answered("送电迟迟没有答复", "zhoujian")
    with pressed.here():
        supervision.record_opening(pressed.order("宗地图与红线不符"), actor=people["gaofeng"])
    return pressed.at("2026-09-01 17:40").sweep().at("2026-09-02 10:00")


def listed(actor, narrowing):
    rows, place = [], TOP
    while place:
        page = queue.page_of(actor, narrowing, place=place)
        rows += page.rows
        place = Place(after=page.next) if page.next else None
    return rows


def pick_fields(reader, **more):
    return {"form_key": reader.hidden()["form_key"], "picked": reader.hidden()["picked"], **more}


def test_every_number_is_that_of_the_list_behind_it(mixed):
    for username in ("hening", "wujie", "tangyi"):
        for base in (Narrowing(), Narrowing(ALL_LEVELS), Narrowing(receipts=(Receipt.UNOPENED,))):
            with mixed.here():
                compare_numbers(actor_named(username), base)


def compare_numbers(actor, base):
    told = queue_counts.counts(actor, base)
    assert told.total == len(listed(actor, base))
    assert {level: told.levels[level] for level in Level} == {
        level: len(listed(actor, Narrowing((level,), base.receipts))) for level in Level
    }
    assert {receipt: told.receipts[receipt] for receipt in Receipt} == {
        receipt: len(listed(actor, Narrowing(base.levels, (receipt,)))) for receipt in Receipt
    }
    assert {days: told.late[days] for days in queue.LATE_DAYS} == {
        days: len(listed(actor, Narrowing(base.levels, base.receipts, days))) for days in queue.LATE_DAYS
    }
    assert {light: told.lights[light] for light in queue.LIGHTS} == {
        light: len(listed(actor, Narrowing(base.levels, base.receipts, lights=(light,)))) for light in queue.LIGHTS
    }
    assert told.slow == len(listed(actor, Narrowing(base.levels, base.receipts, is_slow=True)))
    for unit in told.units:
        assert unit.count == len(listed(actor, Narrowing(base.levels, base.receipts, unit_id=unit.id)))
    for region in told.regions:
        here = Narrowing(base.levels, base.receipts, region=queue.region_of(region.id))
        assert region.count == len(listed(actor, here))


def test_a_district_sees_its_own_region_only(mixed):
    with mixed.here():
        seen = {row.subject for row in listed(actor_named("tangyi"), Narrowing())}
    assert seen == {"送电迟迟没有答复", "宗地图与红线不符"}


def test_the_page_says_the_number_of_its_list(mixed, sign_in):
    with mixed.here():
        reader = sign_in("hening")
        for path in ("/watch", "/watch?light=red&light=hold",
                     "/watch?level=first&level=reminder", "/watch?receipt=unopened&slow=1", "/watch?late=3"):
            assert reader.get(path) == 200
            assert int(re.search(r"符合条件 (\d+) 份", reader.text)[1]) == reader.html.count("<tr data-row")


@pytest.mark.parametrize("sorting", Sorting)
def test_paging_forth_and_back_shows_each_order_once(mixed, monkeypatch, sorting):
    actor, narrowing = actor_named("hening"), Narrowing(levels=ALL_LEVELS, sorting=sorting)
    with mixed.here():
        whole = [row.id for row in queue.page_of(actor, narrowing).rows]
        monkeypatch.setattr(queue, "PAGE", 2)
        first = queue.page_of(actor, narrowing)
        second = queue.page_of(actor, narrowing, place=Place(after=first.next))
        back = queue.page_of(actor, narrowing, place=Place(before=second.previous))
        assert [row.id for row in listed(actor, narrowing)] == whole
    assert (first.previous, [row.id for row in back.rows]) == (None, whole[:2])
    assert back.previous is None and [row.id for row in second.rows] == whole[2:4]


def test_the_longest_unopened_stands_first_when_asked(mixed, sign_in):
    with mixed.here():
        rows = queue.page_of(actor_named("hening"), Narrowing(sorting=Sorting.UNREAD)).rows
    unopened = [row.opened_at for row in rows if row.read_at is None]
    assert unopened == sorted(unopened) and rows[0].read_at is None and rows[-1].read_at is not None


def test_a_bulk_act_foretells_does_what_it_can_and_says_what_it_could_not(pressed, sign_in):
    pressed.late("门前道路积水", days=1).at("2026-08-27 10:00").sweep()
    ids = [pressed.order("送电迟迟没有答复").id, pressed.order("门前道路积水", "reminder").id]
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(f"/watch/supervise?pick={ids[0]}&pick={ids[1]}")
        assert "不能：已发出一次督办，再往上由营商办督办。" in reader.text and "发出 1 份督办" in reader.text
        assert reader.post("/watch/supervise", pick_fields(reader, reason="企业连续来电")) == 200
    assert "1 份已办，1 份没有办成" in reader.text
    order = pressed.order("门前道路积水")
    assert (order.reason, order.issued_by_id) == ("企业连续来电", actor_named("wujie").user_id)
    assert pressed.order("送电迟迟没有答复", "second") is None


def test_the_same_form_twice_climbs_one_rung(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")
        reader.get(f"/watch/supervise?pick={pressed.order('送电迟迟没有答复').id}")
        fields = pick_fields(reader, reason="仍无人落实")
        assert reader.post("/watch/supervise", fields) == 200
        assert reader.post("/watch/supervise", fields) == 302
    assert pressed.order("送电迟迟没有答复", "second").reason == "仍无人落实"
    assert pressed.order("送电迟迟没有答复", "talk") is None


def test_what_changed_since_the_page_was_shown_is_refused(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")
        reader.get(f"/watch/supervise?pick={pressed.order('送电迟迟没有答复').id}")
    pressed.answered("送电迟迟没有答复", "zhoujian")
    with pressed.here():
        reader.post("/watch/supervise", pick_fields(reader, reason="仍无人落实"))
    assert "没有办成" in reader.text and "刚刚被他人更新" in reader.text
    assert pressed.order("送电迟迟没有答复", "second") is None


def test_talks_are_proposed_together_with_rights_and_versions_checked_again(pressed, sign_in):
    orders = {subject: pressed.order(subject) for subject in pressed.lives}
    with pressed.here():
        reader = sign_in("hening")
        reader.get("/watch/talk?" + "&".join(f"pick={order.id}" for order in orders.values()))
        assert "提请 3 次约谈" in reader.text
        unit = orders["宗地图与红线不符"].receiver
        proposing.propose(unit, actor=actor_named("hening"), ticket=pressed.ticket("宗地图与红线不符"),
                          grounds=proposing.Grounds(MeasureKind.TALK, "当面谈"))
    pressed.answered("送电迟迟没有答复", "zhoujian")
    with pressed.here():
        reader.post("/watch/talk", pick_fields(reader, reason="三次催办都没有落实"))
    assert "1 份已办，2 份没有办成" in reader.text and "等领导批准" in reader.text
    assert "已有一份约谈没有结束" in reader.text and "刚刚被他人更新" in reader.text
    talks = db.session.scalars(select(Measure).order_by(Measure.id))
    assert [(talk.reason, talk.unit_id == unit.id) for talk in talks] == [("当面谈", True), ("三次催办都没有落实", False)]


def test_the_centre_proposes_no_talk(pressed, sign_in):
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(f"/watch/talk?pick={pressed.order('送电迟迟没有答复').id}")
        assert "约谈由营商办提请" in reader.text
        reader.get("/watch")
    assert "/watch/talk" not in reader.html


def test_answers_are_accepted_and_rejected_together(pressed, sign_in):
    pressed.answered("送电迟迟没有答复", "zhoujian").answered("宗地图与红线不符", "gaofeng")
    ids = [pressed.order(subject).id for subject in ("送电迟迟没有答复", "宗地图与红线不符", "奖补资金未拨付")]
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(f"/watch/accept?pick={ids[0]}&pick={ids[2]}")
        assert reader.post("/watch/accept", pick_fields(reader)) == 200
        assert "没有待认可的答复" in reader.text
        reader.get(f"/watch/reject?pick={ids[1]}")
        assert reader.post("/watch/reject", pick_fields(reader, reason="")) == 422
        reader.post("/watch/reject", pick_fields(reader, reason="没有说何时办结"))
    assert pressed.order("送电迟迟没有答复").accepted_at is not None
    assert pressed.order("宗地图与红线不符").rejected_count == 1


def test_the_centre_does_not_judge_answers_to_the_higher_office(pressed, sign_in):
    with pressed.here():
        supervision.supervise(pressed.ticket("送电迟迟没有答复"), actor=actor_named("hening"), reason="升级")
    db.session.commit()
    pressed.answered("送电迟迟没有答复", "zhoujian", level="second")
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(f"/watch/accept?pick={pressed.order('送电迟迟没有答复', 'second').id}")
        reader.post("/watch/accept", {"picked": reader.hidden().get("picked", ""), "form_key": "x" * 20})
    assert "由营商办认可或退回答复" in reader.text or reader.answer.status_code == 302
    assert pressed.order("送电迟迟没有答复", "second").accepted_at is None


def test_a_reminder_goes_once_to_each_ticket_and_to_none_that_has_answered(pressed, sign_in):
    pressed.answered("宗地图与红线不符", "gaofeng")
    ids = [pressed.order(subject).id for subject in ("送电迟迟没有答复", "宗地图与红线不符")]
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(f"/watch/remind?pick={ids[0]}&pick={ids[1]}&pick={ids[0]}")
        assert "打开并签收督办" in reader.text and "不能：已经答复" in reader.text and "催办 1 件" in reader.text
        assert reader.post("/watch/remind", pick_fields(reader, words="")) == 422
        assert reader.post("/watch/remind", pick_fields(reader, words="请今天签收")) == 200
    assert "1 份已办，1 份没有办成" in reader.text
    told = select(Notice.user_id).where(Notice.subject == "催办：送电迟迟没有答复")
    assert set(db.session.scalars(told)) == {actor_named(who).user_id for who in ("chenjing", "zhoujian")}


def test_a_call_is_written_on_the_panel_and_into_the_ledger(pressed, sign_in):
    order, chief = pressed.order("送电迟迟没有答复"), actor_named("zhoujian").user_id
    with pressed.here():
        reader = sign_in("wujie")
        reader.get(f"/supervisions/{order.id}/call")
        assert "周建" in reader.text and "139****0003" in reader.text and "13900010003" not in reader.html
        fields = reader.hidden() | {"called_id": chief, "called_at": "2026-08-26T17:40", "outcome": "reached"}
        assert reader.post(f"/supervisions/{order.id}/call", fields) == 422 and "晚于现在" in reader.text
        fields |= {"called_at": "2026-08-26T17:35", "words": "=1+1 已转科室", "form_key": reader.hidden()["form_key"]}
        assert reader.post(f"/supervisions/{order.id}/call", fields) == 302
        reader.get(f"/watch?order={order.id}")
        assert "电话催办 吴洁（市企服中心 受理派单席） 周建 139****0003 本人接听，=1+1 已转科室" in reader.text
        reader.post("/watch/export?level=first")
    sheet = openpyxl.load_workbook(io.BytesIO(reader.answer.data)).active
    reader.answer.close()
    rows = {row[1].value: row for row in sheet.iter_rows(min_row=3)}
    called = rows.pop("送电迟迟没有答复")[15:]
    assert [cell.value for cell in called] == ["1", "2026-08-26 17:35", "周建", "本人接听", "=1+1 已转科室"]
    assert {cell.data_type for cell in called} == {"s"}
    assert {row[15].value for row in rows.values()} == {"0"}


def test_views_are_saved_named_ordered_preferred_and_dropped(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")

        def press(words, **fields):
            view = db.session.scalars(select(SavedView).where(SavedView.retired_at.is_(None)).order_by(
                SavedView.place.desc())).first()
            return reader.post(f"/watch/views/{view.id}/{words}", fields)

        assert reader.post("/watch/views", {"name": " 没人 打开 ", "query": "receipt=unopened&level=nonsense&x=1"}) == 302
        assert reader.post("/watch/views", {"name": "红灯", "query": "light=red"}) == 302
        assert reader.post("/watch/views", {"name": "", "query": "light=red"}) == 422
        assert (press("raise"), press("rename", name="没打开"), press("prefer")) == (302, 302, 302)
        assert press("rename", name="红灯") == 409
        assert reader.get("/watch") == 302 and reader.answer.location == "/watch?receipt=unopened"
        reader.get("/watch?show=all")
        assert re.findall(r'href="/watch\?([^"]+)"[^>]*>(红灯|没打开)<', reader.html) == [
            ("light=red", "红灯"), ("receipt=unopened", "没打开")]
        assert press("drop") == 302 and reader.get("/watch") == 200 and "没打开" not in reader.text
        assert reader.post("/watch/views", {"name": "没打开", "query": "late=3"}) == 302, "a dropped name is free"
    assert db.session.scalar(select(func.count()).select_from(SavedView)) == 3, "what was dropped is only retired"


def test_a_view_is_lent_to_the_office_and_changed_by_its_owner_alone(pressed, sign_in):
    with pressed.here():
        owner, colleague, stranger = sign_in("wujie"), sign_in("xuhui"), sign_in("hening")
        owner.post("/watch/views", {"name": "没打开", "query": "receipt=unopened"})
        path = f"/watch/views/{db.session.scalars(select(SavedView.id)).one()}"
        colleague.get("/watch")
        assert "没打开" not in colleague.text and owner.post(f"{path}/share") == 302
        for reader, sees in ((owner, "本单位可用"), (colleague, "没打开 吴洁")):
            reader.get("/watch")
            assert sees in reader.text
        stranger.get("/watch")
        assert "没打开" not in stranger.text
        assert {colleague.post(f"{path}/{verb}") for verb in ("share", "drop", "prefer", "raise", "rename")} == {404}
        assert owner.post(f"{path}/share") == 302 and colleague.get("/watch") == 200 and "没打开" not in colleague.text


def test_an_id_that_is_nobodys_is_not_there(city, sign_in):
    forged = ["/watch?order=999999", "/watch?order=abc", "/watch?order=99999999999", "/watch?order=0", "/watch?unit=-1",
              "/watch?region=999999", "/watch?region=x", "/watch/supervise?pick=999999", "/watch/accept?pick=1.x",
              "/watch/new?since=a", "/watch/lift?pick=1"]
    reader = sign_in("hening")
    assert {path: reader.get(path) for path in forged} == dict.fromkeys(forged, 404)


def test_an_order_of_another_region_is_not_there(pressed, sign_in):
    elsewhere = pressed.order("奖补资金未拨付").id
    with pressed.here():
        reader = sign_in("tangyi")
        assert [reader.get(f"/watch{path}={elsewhere}") for path in ("?order", "/supervise?pick")] == [404, 404]
        forged = {"picked": f"{elsewhere}.1", "reason": "越区", "form_key": "k" * 20}
        assert reader.post("/watch/supervise", forged) == 404
    assert pressed.order("奖补资金未拨付", "second") is None


def test_nonsense_in_a_filter_narrows_nothing(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")
        assert reader.get("/watch?level=nosuch&receipt=x&late=99&sort=?&after=zz&before=1-999999999999") == 200
    assert "符合条件 3 份" in reader.text


@pytest.mark.parametrize("username", ["luoshizhang", "qianwei"])
def test_who_may_only_look_finds_no_act(pressed, sign_in, username):
    order = pressed.order("送电迟迟没有答复").id
    with pressed.here():
        reader = sign_in(username)
        assert reader.get(f"/watch?order={order}") == 200
        assert 'name="pick"' not in reader.html and "/watch/supervise" not in reader.html
        assert reader.get(f"/watch/supervise?pick={order}") == 404
        assert reader.post("/watch/supervise", {"picked": f"{order}.1", "reason": "x", "form_key": "k" * 20}) == 404
        assert reader.post(f"/supervisions/{order}/accept") == 404
    assert pressed.order("送电迟迟没有答复", "second") is None


@pytest.mark.parametrize("username", ["zhoujian", "liumin", "hengzha", "admin"])
def test_the_queue_is_not_there_for_others(city, sign_in, username):
    reader = sign_in(username)
    assert [reader.get("/watch"), reader.get("/watch/new"), reader.post("/watch/export")] == [404, 404, 404]


def test_reading_writes_nothing(mixed, sign_in):
    order = mixed.order("送电迟迟没有答复").id
    paths = ["/watch", f"/watch?order={order}", "/watch/new?since=1", f"/watch/supervise?pick={order}",
             f"/supervisions/{order}", "/brief"]
    with mixed.here():
        reader = sign_in("hening")
        before = digests()
        assert [reader.get(path) for path in paths * 2] == [200] * len(paths) * 2
    assert digests() == before


def test_the_page_asks_the_database_as_often_for_many_as_for_few(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")
        few = statements_of(lambda: reader.get("/watch"))
    for number in range(8):
        pressed.late(f"又一件 {number}")
    pressed.sweep()
    with pressed.here():
        assert statements_of(lambda: reader.get("/watch")) == few <= 17


def statements_of(act):
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement) if not statement.startswith(("BEGIN", "PRAGMA")) else None

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_the_page_is_told_when_something_came(pressed, sign_in):
    with pressed.here():
        reader = sign_in("hening")
        reader.get("/watch")
        address = re.search(r'data-poll="([^"]+)"', reader.html)[1].replace("&amp;", "&")
        reader.get(address)
        assert reader.answer.json == {"count": 0}
    pressed.late("新的一件").at("2026-08-27 17:40").sweep()
    with pressed.here():
        reader = sign_in("hening")
        reader.get(address)
    assert reader.answer.json == {"count": 1}


def test_the_ledger_holds_the_list_and_no_formula(city, sign_in):
    pressed = Pressed(city).late('=HYPERLINK("http://x","点我")').late("奖补资金未拨付", FINANCE, firm="宏达电商产业园").sweep()
    with pressed.here():
        reader = sign_in("tangyi")
        assert reader.post("/watch/export?level=first") == 200
    sheet = openpyxl.load_workbook(io.BytesIO(reader.answer.data)).active
    reader.answer.close()
    assert [[cell.data_type for cell in row[:3]] for row in sheet.iter_rows(min_row=3)] == [["s", "s", "s"]]
    assert "唐毅" in sheet["A1"].value and "2026-08-26 17:35 导出，共 1 份" in sheet["A1"].value
    assert sheet["B3"].value == '=HYPERLINK("http://x","点我")'
    taken = db.session.scalars(select(Event).where(Event.action == "export_ledger")).one()
    assert taken.actor_id == actor_named("tangyi").user_id and '"rows":1' in taken.body


def test_a_long_ledger_is_asked_for_let_and_taken(pressed, sign_in):
    db.session.add(Policy(name="export", value={"rows_without_approval": 1}, effective_at=START, reason="小城"))
    db.session.commit()
    with pressed.here():
        reader, security = sign_in("hening"), sign_in("security")
        assert reader.post("/watch/export?level=first") == 302
        asking = reader.answer.location
        reader.get(asking)
        assert "一次督办" in reader.text and "3 份" in reader.text
        assert reader.post(asking, reader.hidden()) == 422
        assert reader.post(asking, reader.hidden() | {"reason": "季度通报"}) == 302
        path = f"/exports/{db.session.scalars(select(Export.id)).one()}"
        security.get(path)
        assert "督办台账：一次督办" in security.text and "季度通报" in security.text
        assert security.post(f"{path}/grant", hidden_of(security, "grant-")) == 302
        reader.get(path)
        assert reader.post(f"{path}/take", hidden_of(reader, "take-")) == 200
    sheet = openpyxl.load_workbook(io.BytesIO(reader.answer.data)).active
    reader.answer.close()
    assert sheet.max_row == 5 and {row[4].value for row in sheet.iter_rows(min_row=3)} == {"一次督办"}


def hidden_of(reader, prefix):
    return {name: value for name, value in reader.hidden().items() if name.startswith(prefix)}


def test_hand_issued_orders_say_why_and_by_whom(pressed, sign_in):
    with pressed.here():
        supervision.supervise(pressed.ticket("送电迟迟没有答复"), actor=actor_named("hening"), reason="市长热线再次反映")
        db.session.commit()
        order = pressed.order("送电迟迟没有答复", "second")
        reader = sign_in("hening")
        reader.get(f"/watch?order={order.id}")
    assert "市长热线再次反映" in reader.text and "市营商局 何宁" in reader.text
    assert db.session.get(Supervision, order.id).clock_due_at == pressed.order("送电迟迟没有答复").clock_due_at
