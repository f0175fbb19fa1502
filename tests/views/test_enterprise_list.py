"""The list of enterprises: filters in the URL, columns and views of one's own, and acts on many."""

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.clocks import Policy
from models.directory import Enterprise, EnterpriseSize, EnterpriseStatus, Stewardship, Tag
from models.exports import Export
from models.lists import SavedView
from models.log import Event
from tests.lives import START
from tests.views.counting import statements


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield START


@pytest.fixture
def firms(city, now):
    """By short name; some facts that the filters tell apart."""
    found = city.enterprises
    found["鑫源包装"].industry, found["鑫源包装"].size = "2231", EnterpriseSize.SMALL
    found["天工数控"].quiet_since = START - timedelta(days=8)
    found["福兴热电"].status = EnterpriseStatus.DEREGISTERED
    db.session.commit()
    return found


NARROWED = (
    ("region=城东区", {"恒轧机械", "鑫源包装", "好邻居便利店", "中北物流"}),
    ("region=990103", {"天工数控", "宏达电商产业园"}),
    ("unit=市工信局", {"鑫源包装", "天工数控"}),
    ("category=industry&category=commerce", {"鑫源包装", "天工数控", "中北物流"}),
    ("status=deregistered", {"福兴热电"}),
    ("size=small", {"鑫源包装"}),
    ("section=C", {"鑫源包装"}),
    ("steward=王强", {"宏达电商产业园"}),
    ("held=without", {"老边家饺子馆"}),
    ("held=with&region=高新区", {"天工数控", "宏达电商产业园"}),
    ("quiet=7&region=高新区&category=industry", {"天工数控"}),
    ("quiet=30&region=高新区", {"宏达电商产业园"}),
    ("unclaimed=1&region=高新区", {"天工数控"}),
    ("q=河口镇老", {"老边家饺子馆"}),
    ("region=没有这里", set()),
    ("tag=重点", {"中北物流"}),
    ("category=none&quiet=1&held=maybe&section=ZZ&show=nonsense&region=高新区", {"天工数控", "宏达电商产业园"}),
)


@pytest.mark.parametrize(("query", "expected"), NARROWED)
def test_each_filter_finds_its_own(guest, firms, people, query, expected):
    db.session.add(Tag(enterprise_id=firms["中北物流"].id, label="重点", tagged_by_id=people["wujie"].user_id))
    db.session.commit()
    page = guest("wujie").opens(f"/enterprises?{query}")
    assert {name for name, firm in firms.items() if firm.name in page.words} == expected


def test_registrars_see_what_their_unit_owns_the_offices_their_region(guest, firms):
    def seen(username):
        words = guest(username).opens("/enterprises").words
        return {name for name, firm in firms.items() if firm.name in words}

    assert seen("hejun") == {"鑫源包装", "天工数控"} and seen("dengli") == {"恒轧机械"}
    assert seen("fangming") == {"好邻居便利店"} and "天工数控" not in seen("tangyi")
    assert seen("luoshizhang") == seen("hening") == seen("qianwei") == firms.keys() - {"福兴热电"}


def test_pills_take_one_condition_off(guest, firms):
    clerk = guest("wujie")
    page = clerk.opens("/enterprises?region=高新区&category=industry")
    assert "宏达" not in page.words
    wider = clerk.opens(page.links["去掉筛选：规上工业"])
    assert "宏达" in wider.words and "恒轧机械" not in wider.words


def test_a_registrar_chooses_columns_and_only_they_see_them(guest, firms):
    registrar = guest("hejun")
    page = registrar.opens("/enterprises")
    assert "在办" not in page.html and "城东街道" in page.words
    registrar.sends(page, "/enterprises/columns", column="size", query="region=城东区")
    again = registrar.opens("/enterprises")
    assert 'data-th="规模"' in again.html and "城东街道" not in again.words
    assert 'data-th="规模"' not in guest("wujie").opens("/enterprises").html
    registrar.sends(again, "/enterprises/columns", column="open")
    assert "城东街道" in registrar.opens("/enterprises").words


def test_views_are_saved_under_a_name_and_dropped(guest, firms):
    clerk = guest("wujie")
    page = clerk.opens("/enterprises?region=高新区&quiet=30&after=nonsense")
    saved = clerk.sends(page, "/enterprises/views", name="高新区久未联系")
    back = clerk.follows(saved)
    assert "高新区久未联系" in back.words
    kept = db.session.scalars(select(SavedView)).one()
    assert "quiet=30" in kept.query and "after" not in kept.query
    assert "高新区久未联系" not in guest("hening").opens("/enterprises").words
    stranger = guest("hening")
    path = f"/enterprises/views/{kept.id}/drop"
    assert stranger.sends(stranger.opens("/enterprises"), path, index=1).status == 404
    clerk.sends(back, path)
    assert "高新区久未联系" not in clerk.opens("/enterprises").words
    assert clerk.sends(page, "/enterprises/views", name=" ").status == 422


def bulk(person, act, query, **fields):
    page = person.opens(f"/enterprises/bulk/{act}?{query}")
    return page, person.sends(page, f"/enterprises/bulk/{act}", **fields)


def test_ticked_ones_are_tagged_with_an_outcome_for_each(guest, firms):
    steward = guest("liumin")
    ids = [firms[name].id for name in ("恒轧机械", "鑫源包装", "宏达电商产业园")]
    page, done = bulk(steward, "tag", "&".join(f"pick={one}" for one in ids), label="重点跟踪")
    assert "共 2 家" in page.words and "2 家已办" in done.words and "宏达" not in done.words
    assert len(db.session.scalars(select(Tag)).all()) == 2
    _, again = bulk(steward, "tag", f"pick={ids[0]}", label="重点跟踪")
    assert "原来就有“重点跟踪”" in again.words
    _, off = bulk(steward, "untag", f"pick={ids[0]}", label="重点跟踪")
    assert "已取下" in off.words
    assert [tag.ended_at is None for tag in db.session.scalars(select(Tag).order_by(Tag.id))] == [False, True]


def test_everything_that_the_filter_finds(guest, firms):
    _, done = bulk(guest("wujie"), "tag", "everything=1&query=region%3D高新区", label="高新")
    assert "2 家已办" in done.words
    tagged = set(db.session.scalars(select(Tag.enterprise_id)))
    assert tagged == {firms["天工数控"].id, firms["宏达电商产业园"].id}


def test_a_registrar_assigns_a_steward_to_many(guest, firms, people):
    _, bad = bulk(guest("hejun"), "assign", "everything=1", steward="没有此人", reason="片区调整")
    assert bad.status == 422 and "没有叫“没有此人”的企业管家" in bad.words
    _, done = bulk(guest("hejun"), "assign", "everything=1", steward="王强", reason="片区调整")
    assert "2 家已办" in done.words
    mains = select(Stewardship.enterprise_id).where(
        Stewardship.steward_id == people["wangqiang"].user_id, Stewardship.ended_at.is_(None))
    assert {firms["鑫源包装"].id, firms["天工数控"].id} <= set(db.session.scalars(mains))


def test_nothing_ticked_and_acts_of_others(guest, firms):
    assert guest("wujie").opens("/enterprises/bulk/tag").leads_to == "/enterprises"
    for username, act in (("luoshizhang", "tag"), ("liumin", "assign"), ("hening", "assign"), ("chenjing", "export")):
        assert guest(username).opens(f"/enterprises/bulk/{act}?everything=1").status == 404
    page, done = bulk(guest("dengli"), "tag", f"pick={firms['宏达电商产业园'].id}", label="不是我的")
    assert "没有可办的企业" in page.words and not db.session.scalars(select(Tag)).all()


def test_the_workbook_holds_the_list_no_formula_and_who_took_it(guest, firms):
    firms["鑫源包装"].address = '=HYPERLINK("http://evil","x")'
    db.session.commit()
    registrar = guest("hejun")
    page = registrar.opens("/enterprises/bulk/export?everything=1")
    form = next(n for n, form in enumerate(page.forms) if form["action"].endswith("/bulk/export"))
    answer = registrar.client.post("/enterprises/bulk/export", data=page.form(form), buffered=True)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert "何军" in rows[0][0] and "2026-08-19 09:00" in rows[0][0] and "共 2 家" in rows[0][0]
    assert {row[1] for row in rows[2:]} == {firms["鑫源包装"].name, firms["天工数控"].name}
    assert "138****0013" in {row[11] for row in rows[2:]} and "13800000013" not in str(rows)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    event = db.session.scalars(select(Event).where(Event.action == "export_enterprises")).one()
    assert '"rows":2' in event.body


def test_a_long_list_is_asked_for_let_and_downloaded(guest, firms):
    db.session.add(Policy(name="export", value={"rows_without_approval": 1}, effective_at=START, reason="小城"))
    db.session.commit()
    registrar, security = guest("hejun"), guest("security")
    page, bad = bulk(registrar, "export", "everything=1", reason="")
    assert "超过 500 家" in page.words and bad.status == 422 and "请写明导出的用途" in bad.words
    _, asked = bulk(registrar, "export", "everything=1", reason="季度核对")
    path = f"/exports/{db.session.scalars(select(Export.id)).one()}"
    assert asked.leads_to == "/exports" and "待审批" in registrar.opens("/exports").words
    assert security.sends(security.opens(path), f"{path}/grant").leads_to == "/exports"
    page = registrar.opens(path)
    form = next(n for n, form in enumerate(page.forms) if form["action"] == f"{path}/take")
    answer = registrar.client.post(f"{path}/take", data=page.form(form), buffered=True)
    assert openpyxl.load_workbook(io.BytesIO(answer.data)).active.max_row == 4
    assert "已下载" in registrar.opens("/exports").words


def test_too_many_are_refused_in_a_sentence(guest, firms, monkeypatch):
    monkeypatch.setattr("operations.directory.in_bulk.MOST", 1)
    monkeypatch.setattr("operations.insight.export_files.MOST_ROWS", 1)
    for act in ("tag", "export"):
        assert "一次最多 1 家" in guest("hejun").opens(f"/enterprises/bulk/{act}?everything=1").words


def test_the_list_takes_as_many_statements_for_many_as_for_few(guest, firms, city):
    registrar, path = guest("hejun"), "/enterprises?region=城东区&unit=市工信局&quiet=30"

    def count():
        registrar.opens(path)
        with statements() as seen:
            assert registrar.opens(path).status == 200
        return len(seen)

    few = count()
    region, owner = city.regions["990102001"].id, city.organisations["云州市工业和信息化局"].id
    db.session.add_all(Enterprise(name=f"城东第 {n} 小厂", region_id=region, owner_unit_id=owner,
                                  quiet_since=START - timedelta(days=40)) for n in range(40))
    db.session.commit()
    assert count() == few <= 8
