"""The city's hall for the tests: its system, its files, and what its computer signs and sends."""

import json
import secrets

from flask import current_app
from sqlalchemy import select

from models import clock
from models.base import db
from models.directory import ImportKind, Organisation
from models.hall_intake import HallCode
from operations.access.people import actor_named
from operations.delivery import signing
from operations.directory.imports import batches
from operations.hall import codes, systems
from operations.ratings import desk
from operations.ratings.opinions import Opinion
from tests.importing import bring, workbook

WINDOW = "云州市住建局市政科"
CANARY = "370902199001011234"


class Hall:
    """The city's hall, kept by the registrar of the planning bureau; the window of the housing bureau is in it."""

    def __init__(self, city, folder):
        self.city, self.folder, self.registrar = city, folder, actor_named("dengli")
        self.unit_id = batches.unit_of(self.registrar)
        self.window = city.organisations[WINDOW]
        self.unit = db.session.get_one(Organisation, self.window.parent_id)
        self.system = systems.register(code="yz-hall", name="云州市政务服务大厅", actor=self.registrar)

    def row(self, number="a001", **cells):
        return {"办件编号": number, "事项名称": "排水许可", "事项编码": "PS-1", "单位代码": "ZJJ", "窗口代码": "B12",
                "人员代码": "0231", "办结时间": "2026-08-19 08:30", "办事人标识": CANARY, **cells}

    def bring(self, *rows, takes=True, **rest):
        return bring(workbook(rows, kind=ImportKind.CASES), self.folder, actor=self.registrar, unit_id=self.unit_id,
                     kind=ImportKind.CASES, takes=takes, **rest)

    def code(self, said):
        rows = select(HallCode).where(HallCode.code == said, HallCode.ended_at.is_(None))
        return db.session.scalars(rows).one()

    def match(self, targets):
        for said, target in targets.items():
            codes.match(self.code(said).id, actor=self.registrar, target=target)

    def know(self):
        """Every code is met and matched."""
        K = codes.K
        codes.meet(self.system.id, [(K.UNIT, "ZJJ", ""), (K.WINDOW, "B12", ""), (K.OFFICER, "0231", "")])
        db.session.commit()
        self.match({"ZJJ": self.unit.name, "B12": WINDOW, "0231": "linfang"})

    def rate(self, number, opinion):
        officer = self.city.users["linfang"]
        card = desk.issue(self.window.id, officer_id=officer.id, actor=actor_named("wujie"))
        return desk.rate(card.code, number=number, opinion=Opinion(opinion, ("等候太久",) if opinion.is_bad else ()))


class Computer:
    """What the hall's own computer holds: a key; and how it signs."""

    def __init__(self, hall):
        site_key = current_app.config["SECRET_KEY"]
        self.name, self.secret = systems.make_key(hall.system.id, actor=hall.registrar, site_key=site_key)

    def item(self, number="A001", **fields):
        return {"number": number, "item": "排水许可", "item_code": "PS-1", "unit": "ZJJ", "window": "B12",
                "officer": "0231", "finished_at": "2026-08-19 08:30", "visitor": CANARY, **fields}

    def headers(self, body, *, nonce=None, second=None):
        nonce = nonce or secrets.token_hex(12)
        second = str(second or int(clock.now().timestamp()))
        signed = signing.signature(self.secret, second, nonce.encode() + b"\n" + body)
        return {"X-Key": self.name, "X-Timestamp": second, "X-Nonce": nonce, "X-Signature": signed,
                "Content-Type": "application/json"}

    def send(self, client, *items, **rest):
        body = rest.pop("body", None) or json.dumps({"cases": items, **rest.pop("said", {})}).encode()
        headers = self.headers(body, **rest)
        return client.post("/api/hall/cases", data=body, headers=headers)
