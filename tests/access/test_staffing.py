"""How a site comes to be staffed: the first administrators once, then the city's own tables of units and people."""

import pytest
from sqlalchemy import select

from models.access import Role, User
from models.base import db
from models.directory import Organisation, OrganisationKind, RegionLevel
from operations.access import staffing
from operations.access.actor import SYSTEM
from operations.access.people import actor_named
from operations.directory import regions
from operations.directory.organisations import Particulars
from operations.directory.region_rows import Place
from operations.errors import BadInput, Refused

UNITS = """单位全称,简称,类型,区划代码,条线,上级单位
云州市政务服务大厅一号窗口,一号窗口,窗口,9901,,云州市政务服务局
云州市政务服务局,市政务局,部门,9901,,云州市人民政府
云州市政务服务局二科,二科,科室,9901,,
,没有名字,部门,9901,,
"""
PEOPLE = """姓名,用户名,角色,单位全称,手机号,职务,领导排序
王一,wangyi,承办单位负责人,云州市财政局,13900002222,局长,1
李二,lier,承办人,云州市财政局,,,
李二,lier,承办人,云州市财政局,,,
张三,zhangsan,营商办督办员,云州市营商环境建设局,,,
赵四,zhaosi,企业管家,城东街道办事处,,,
"""


def table(folder, words):
    path = folder / "表.csv"
    path.write_text(words, encoding="utf-8")
    return path


def test_units_come_in_any_order_and_once(city, tmp_path):
    taken = staffing.take_units(table(tmp_path, UNITS))
    assert (taken.new, taken.unchanged, [row for row, _ in taken.bad]) == (2, 0, [4, 5])
    assert "类型“科室”" in taken.bad[0][1] and "没有填单位全称" in taken.bad[1][1]
    window, bureau = (db.session.scalars(select(Organisation).where(Organisation.short_name == name)).one()
                      for name in ("一号窗口", "市政务局"))
    assert window.path == f"{bureau.path}{window.id}/"
    assert staffing.take_units(table(tmp_path, UNITS)).unchanged == 2


def test_people_have_their_posts_and_no_password(city, tmp_path):
    taken = staffing.take_people(table(tmp_path, PEOPLE))
    assert (taken.new, taken.unchanged, [row for row, _ in taken.bad]) == (2, 1, [5, 6])
    assert "两位管理员" in taken.bad[0][1] and "填报单位登记" in taken.bad[1][1]
    leader = actor_named("wangyi").posts[0]
    assert (leader.role, leader.title) == (Role.UNIT_LEADER, "局长")
    assert db.session.scalars(select(User.password_hash).where(User.username == "wangyi")).one() is None
    assert staffing.take_people(table(tmp_path, PEOPLE)).new == 0


def test_a_table_without_its_columns_is_one_sentence(city, tmp_path):
    with pytest.raises(BadInput):
        staffing.take_people(table(tmp_path, "姓名,单位\n张三,财政局\n"))


FIRST = {Role.SYSTEM_ADMINISTRATOR: ("sysadmin", "甲"), Role.SECURITY_ADMINISTRATOR: ("secadmin", "乙"),
         Role.AUDIT_ADMINISTRATOR: ("auditor", "丙")}


def test_the_first_three_are_made_once(app, clean_database):
    home = Particulars("云州市数据局", "市数据局", OrganisationKind.BUREAU, "9901")
    with app.app_context():
        with pytest.raises(BadInput, match="区划"):
            staffing.found(home, FIRST)
        place()
        staffing.found(home, FIRST)
        assert {actor_named(username).posts[0].role for username, _ in FIRST.values()} == set(FIRST)
        with pytest.raises(Refused, match="系统管理员"):
            staffing.found(home, FIRST)


def test_a_role_that_nobody_can_take_any_more_is_filled_again(city):
    home = Particulars("云州市企业服务中心", "市企服中心", OrganisationKind.SERVICE_CENTRE, "9901")
    with pytest.raises(Refused, match="审计管理员"):
        staffing.found(home, {Role.AUDIT_ADMINISTRATOR: ("auditor", "丙")})
    city.users["audit"].is_active = False
    db.session.commit()
    staffing.found(home, {Role.AUDIT_ADMINISTRATOR: ("auditor", "丙")})
    assert actor_named("auditor").holds(Role.AUDIT_ADMINISTRATOR)


def place():
    regions.apply(regions.plan([Place(1, "9901", "云州市", RegionLevel.CITY, "")]), actor=SYSTEM)
