"""Interactions with their verdicts, messages, broadcasts and the draft, at a browser without a script."""

import io

import pytest
from sqlalchemy import select

from models import clock
from models.base import db
from models.correspondence import Message
from models.engagement import Effect, Interaction, InteractionKind, TalkDraft
from models.tickets import Attachment, Ticket
from operations.access.people import actor_named
from operations.engagement import interactions
from operations.engagement.interactions import Talk
from tests.lives import START, Life
from tests.pictures import with_place
from tests.views.counting import statements

SAID = "张总反映消防验收材料第 3 项退回两次，希望一次说清。"


@pytest.fixture
def now():
    with clock.standing_at(START):
        yield


@pytest.fixture
def liumin(guest, now):
    return guest("liumin")


@pytest.fixture
def hengzha(guest, now):
    return guest("hengzha")


def note(city, content=SAID, firm="恒轧机械", kind=InteractionKind.PHONE):
    return interactions.log_interaction(city.enterprises[firm], actor=actor_named("liumin"), talk=Talk(kind, content))


def action(page, ending):
    return next(form["action"] for form in page.forms if form["action"].endswith(ending))


def only(model):
    db.session.expire_all()
    return db.session.scalars(select(model)).one()


class TestVerdicts:
    def test_the_enterprise_confirms_with_one_press_and_everybody_sees_it(self, city, liumin, hengzha):
        note(city)
        home = hengzha.opens("/my")
        assert SAID in home.words and "请在 8月26日 17:30 前核对" in home.words
        sent = hengzha.sends(home, f"/my/interactions/{only(Interaction).id}/confirm")
        assert "谢谢，已确认" in hengzha.follows(sent).words and SAID not in hengzha.opens("/my").words
        for path in ("/interactions", f"/enterprises/{city.enterprises['恒轧机械'].id}"):
            assert "有效互动 企业在 5 个工作日内作了回应" in liumin.opens(path).words

    def test_a_denial_is_seen_by_those_above(self, city, guest, hengzha):
        note(city)
        hengzha.sends(hengzha.opens("/my"), f"/my/interactions/{only(Interaction).id}/deny")
        page = guest("hening").opens("/interactions?show=denied")
        assert "企业说没有这回事" in page.words and "企业否认 1" in page.links and "全部 1" in page.links
        assert "没有被企业否认的互动" in guest("wangqiang").opens("/interactions?show=denied").words

    def test_the_page_says_which_rule_failed(self, city, liumin):
        note(city, "打了电话，没什么事。")
        note(city, firm="鑫源包装")
        note(city, firm="鑫源包装", kind=InteractionKind.VISIT)
        words = liumin.opens("/interactions?show=ineffective").words
        assert "内容不足 20 字" in words and "24 小时内已有与这家企业的记录" in words

    def test_every_number_is_the_number_of_its_list(self, city, liumin, hengzha):
        for firm in ("恒轧机械", "鑫源包装", "福兴热电"):
            note(city, firm=firm)
        note(city, "没什么", firm="天工数控")
        home = hengzha.opens("/my")
        hengzha.sends(home, action(home, "/deny"))
        page = liumin.opens("/interactions")
        tabs = [link.split() for link, leads_to in page.links.items() if "/interactions?show=" in leads_to]
        shown = {name: int(count) for name, count in tabs}
        assert shown == {"全部": 4, "待企业确认": 2, "有效互动": 0, "不计有效": 2, "企业否认": 1}
        for view, name in (("pending", "待企业确认"), ("ineffective", "不计有效"), ("denied", "企业否认")):
            assert liumin.opens(f"/interactions?show={view}").html.count("data-row") == shown[name]

    def test_the_list_takes_as_many_statements_for_thirty_as_for_none(self, city, liumin):
        def count():
            liumin.opens("/interactions")
            with statements() as seen:
                assert liumin.opens("/interactions").status == 200
            return len(seen)

        few = count()
        for n in range(30):
            note(city, f"{SAID}（第 {n} 次）")
        assert count() == few + 1, "the photos of those shown"
        assert "下一页" in liumin.opens("/interactions").links


class TestLogging:
    def test_a_logged_talk_becomes_a_ticket_later(self, city, liumin):
        noted = note(city)
        page = liumin.opens(liumin.opens("/interactions").links["转为诉求：云州恒轧机械有限公司 今天 09:00"])
        assert SAID in page.words
        sent = liumin.sends(page, index=-1, subject="消防验收材料退回两次")
        assert sent.leads_to == f"/tickets/{only(Ticket).number}"
        assert "已经转为诉求办件" in liumin.opens(f"/interactions/{noted.id}/ticket").words

    def test_a_ticket_prefills_its_enterprise(self, city, liumin):
        life = Life(city).submit()
        page = liumin.opens(f"/log/new?about={life.ticket.number}")
        assert "云州恒轧机械有限公司" in [dict(form["fields"]).get("enterprise") for form in page.forms]

    def test_a_photo_keeps_no_place_and_is_seen_by_both_sides_only(self, city, guest, liumin, hengzha):
        page = liumin.opens("/log/new")
        index = next(i for i, form in enumerate(page.forms) if form["action"].startswith("/log/new"))
        liumin.sends(page, index=index, enterprise="恒轧机械", content=SAID, files=[(io.BytesIO(with_place()), "现场.jpg")])
        photo = only(Attachment)
        assert photo.interaction_id == only(Interaction).id and photo.draft_key is None
        assert "现场.jpg" in liumin.opens("/interactions").links
        for person, status in ((liumin, 200), (hengzha, 200), (guest("hening"), 200), (guest("wangqiang"), 404),
                               (guest("hongda"), 404), (guest("chenjing"), 404)):
            answer = person.downloads(f"/attachments/{photo.public_id}")
            assert answer.status_code == status
            assert b"Phone 12" not in answer.data

    def test_a_draft_comes_back_until_it_is_sent_or_thrown_away(self, liumin):
        def panel(page):
            return next(i for i, form in enumerate(page.forms) if form["action"].startswith("/log/new"))

        said = {"enterprise": "鑫源包装", "kind": "visit", "content": SAID}
        page = liumin.opens("/log/new")
        liumin.sends(page, "/log/draft", **page.form(panel(page)) | said)
        page = liumin.opens("/log/new")
        assert "接着写 今天 09:00 存的草稿" in page.words and page.form(panel(page)).items() >= said.items()
        assert liumin.opens("/log/new?for=x").form(panel(page) - 1)["content"] == ""
        liumin.sends(page, "/log/draft/discard")
        assert "接着写" not in liumin.opens("/log/new").words
        liumin.sends(page, "/log/draft", **page.form(panel(page)) | said)
        liumin.sends(liumin.opens("/log/new"), index=panel(page))
        assert db.session.scalar(select(TalkDraft)) is None and only(Interaction).kind is InteractionKind.VISIT

    def test_what_waited_on_a_phone_is_noted_once_and_at_its_time(self, liumin):
        page = liumin.opens("/log/new")
        index = next(i for i, form in enumerate(page.forms) if form["action"].startswith("/log/new"))
        fields = page.form(index, enterprise="鑫源包装", content=SAID)
        answers = [liumin.client.post("/log/new", data=fields, headers={"X-Waited": str(waited)})
                   for waited in (5400, 5460)]
        assert [answer.status_code for answer in answers] == [201, 200] and all(answer.json for answer in answers)
        assert (START - only(Interaction).occurred_at).total_seconds() == 5400


class TestMessages:
    def test_both_sides_write_and_see_what_is_unread(self, city, liumin, hengzha):
        path = f"/enterprises/{city.enterprises['恒轧机械'].id}/messages"
        page = liumin.opens(path)
        assert "还没有消息" in page.words
        liumin.sends(page, path, body=SAID)
        assert "1 条未读" in hengzha.opens("/my").words
        mine = hengzha.opens("/my/messages")
        assert SAID in mine.words and "1 条标为已读" in mine.words
        own = path.replace("/enterprises", "/my/messages").removesuffix("/messages")
        sent = hengzha.sends(mine, own, body="收到，明天给您材料。")
        assert "消息已发给管家" in hengzha.follows(sent).words
        assert "企业：收到，明天给您材料。" in liumin.opens("/messages").words
        assert "对方已读" in liumin.opens(path).words
        assert only(Interaction).effect is Effect.EFFECTIVE
        assert "由消息往来自动记下" in liumin.opens("/interactions").words

    def test_the_same_form_twice_is_one_message_and_nothing_is_lost_with_an_error(self, city, liumin):
        path = f"/enterprises/{city.enterprises['恒轧机械'].id}/messages"
        page = liumin.opens(path)
        for _ in range(2):
            liumin.sends(page, path, body=SAID)
        assert only(Message).body == SAID
        wrong = liumin.sends(liumin.opens(path), path, body="长" * 2001)
        assert wrong.status == 422 and "最多 2000 字" in wrong.words and "长" * 2001 in wrong.html

    def test_opening_a_thread_reads_nothing_pressing_does(self, city, liumin, hengzha):
        path = f"/enterprises/{city.enterprises['恒轧机械'].id}/messages"
        liumin.sends(liumin.opens(path), path, body=SAID)
        page = hengzha.opens("/my/messages")
        hengzha.opens("/my/messages")
        assert only(Message).read_at is None
        hengzha.sends(page, action(page, "/read"))
        assert only(Message).read_at == START


class TestTimeline:
    def test_messages_are_told_to_the_steward_broadcasts_and_verdicts_to_the_region_too(self, city, guest, liumin):
        base = f"/enterprises/{city.enterprises['恒轧机械'].id}"
        liumin.sends(liumin.opens(f"{base}/messages"), f"{base}/messages", body=SAID)
        note(city, "打了电话，没什么事。")
        page = liumin.opens("/broadcasts/new")
        form = next(i for i, f in enumerate(page.forms) if f["action"].startswith("/broadcasts/new"))
        liumin.sends(page, index=form, title="稳岗补贴", body="申报。", step="send")
        mine, above = (person.opens(f"{base}?tab=timeline").words for person in (liumin, guest("hening")))
        assert "管家发消息" in mine and SAID in mine and SAID not in above
        for words in (mine, above):
            assert "群发：稳岗补贴" in words and "不计有效：内容太短" in words


class TestBroadcasts:
    def test_written_checked_sent_read_and_no_longer_wanted(self, liumin, hengzha):
        page = liumin.opens("/broadcasts/new")
        form = next(i for i, f in enumerate(page.forms) if f["action"].startswith("/broadcasts/new"))
        check = liumin.sends(page, index=form, title="稳岗补贴", body="十二月十五日前申报。")
        assert "2 家企业会收到" in check.words and "4 家没有账号" in check.words
        log = liumin.follows(liumin.sends(check, index=form))
        assert "恒轧机械" in log.words and "未读 2" in log.links
        got = hengzha.opens("/my/broadcasts")
        assert "十二月十五日前申报" in got.words
        hengzha.sends(got, action(got, "/read"))
        assert "已读 1" in liumin.opens(log.links["已读 0"]).links
        left = hengzha.follows(hengzha.sends(got, action(got, "/opt-out")))
        assert "不接收群发" in left.words
        again = liumin.sends(liumin.opens("/broadcasts/new"), index=form, title="再来", body="一次")
        assert "1 家企业会收到" in again.words and "1 家已退订" in again.words
        assert "稳岗补贴" in liumin.opens("/broadcasts").links

    @pytest.mark.parametrize("username", ["wujie", "hejun"])
    def test_offices_and_registrars_send_too(self, guest, now, username):
        writer = guest(username)
        page = writer.opens("/broadcasts/new")
        form = next(i for i, f in enumerate(page.forms) if f["action"].startswith("/broadcasts/new"))
        assert "家企业会收到" in writer.sends(page, index=form, title="通知", body="内容").words

    def test_a_broadcast_is_seen_by_its_sender_only(self, liumin, guest):
        page = liumin.opens("/broadcasts/new")
        form = next(i for i, f in enumerate(page.forms) if f["action"].startswith("/broadcasts/new"))
        sent = liumin.sends(page, index=form, title="稳岗补贴", body="申报。", step="send")
        assert guest("wangqiang").opens(sent.leads_to).status == 404
