"""组织机构: units are added and changed by the system administrator; what lies below moves along."""

import pytest
from sqlalchemy import func, select

from models.access import Post
from models.base import db
from models.directory import Organisation, OrganisationKind
from models.log import Event
from models.notices import Notice
from operations.access.people import actor_named
from operations.directory import organisations
from operations.directory.organisations import Particulars
from operations.errors import BadInput, NotAllowed

WINDOW = Particulars("云州市自然资源局不动产窗口", "不动产窗口", OrganisationKind.WINDOW, "9901", above="云州市自然资源局")


@pytest.fixture
def admin(city):
    return actor_named("admin")


def test_a_window_stands_below_its_bureau_and_the_log_says_who_set_it_up(city, admin):
    made = organisations.add(WINDOW, actor=admin)
    bureau = city.organisations["云州市自然资源局"]
    assert (made.parent_id, made.path) == (bureau.id, f"{bureau.path}{made.id}/")
    newest = db.session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()
    assert (newest.action, newest.actor_id, newest.object_id) == ("add_organisation", admin.user_id, made.id)


def test_what_lies_below_moves_along_and_posts_go_to_the_region(city, admin):
    window = organisations.add(WINDOW, actor=admin)
    bureau = city.organisations["云州市自然资源局"]
    said = Particulars("云州市自然资源和规划局", "市资规局", OrganisationKind.BUREAU, "990121", above="城东区人民政府")
    organisations.change(bureau.id, said, actor=admin)
    db.session.expire_all()
    above = city.organisations["城东区人民政府"]
    assert db.session.get(Organisation, window.id).path == f"{above.path}{bureau.id}/{window.id}/"
    held = select(func.count()).where(Post.organisation_id == bureau.id, Post.region_id != bureau.region_id)
    assert db.session.scalar(held) == 0
    told = select(Notice.user_id, Notice.words).where(Notice.subject == "单位已移动：云州市自然资源和规划局")
    assert dict(list(db.session.execute(told))) == {city.users[name].id: (
        "上级：云州市人民政府 → 城东区人民政府；区划：9901 → 990121。在岗人员能看到的范围随之改变，请核对。"
    ) for name in ("security", "audit")}


@pytest.mark.parametrize(("given", "told"), [
    ({"name": "云州市财政局"}, "已有同名"), ({"region": "0000"}, "没有代码"), ({"above": "没有的局"}, "上级单位"),
])
def test_what_cannot_be_is_one_sentence(city, admin, given, told):
    said = Particulars(**{"name": "云州市林业局", "short_name": "市林业局", "kind": OrganisationKind.BUREAU,
                          "region": "9901"} | given)
    with pytest.raises(BadInput, match=told):
        organisations.add(said, actor=admin)
    with pytest.raises(BadInput, match=told):
        organisations.change(city.organisations["云州市自然资源局"].id, said, actor=admin)


def test_nothing_stands_below_itself(city, admin):
    organisations.add(WINDOW, actor=admin)
    bureau = city.organisations["云州市自然资源局"]
    said = Particulars("云州市自然资源局", "市自然资源局", OrganisationKind.BUREAU, "9901", above=WINDOW.name)
    with pytest.raises(BadInput, match="下级"):
        organisations.change(bureau.id, said, actor=admin)


def test_nobody_else_keeps_them(city):
    for name in ("security", "hening", "zhoujian"):
        with pytest.raises(NotAllowed):
            organisations.add(WINDOW, actor=actor_named(name))
