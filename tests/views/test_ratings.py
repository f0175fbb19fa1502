"""Pages of ratings: what is added to one, and the reasons offered with each grade."""

from datetime import timedelta

import pytest

from models.ratings import Grade
from operations.ratings import links
from operations.ratings.opinions import Opinion


@pytest.fixture
def followed(life):
    return life.handling().sign().result().reply().call()


def test_the_thanks_page_takes_the_addition_and_the_enterprise_sees_its_own(followed, guest):
    link = followed.does(links.make, "xuhui")
    with followed.here():
        token = links.rate(link, opinion=Opinion(Grade.DISSATISFIED, tags=("其他",))).token
        visitor = guest()
        empty = visitor.sends(visitor.opens(f"/r/thanks/{token}"))
        sent = visitor.sends(visitor.opens(f"/r/thanks/{token}"), words="补充一句", grade="satisfied")
        again, shown = visitor.opens(f"/r/thanks/{token}"), guest("hengzha").opens(
            f"/my/tickets/{followed.ticket.number}/rate")

    assert empty.status == 422 and "请写几句，或选一项" in empty.words
    assert sent.leads_to == "/r/thanks" and again.status == 404
    assert "补充一句" in shown.words


def test_the_member_who_rated_finds_the_way_to_add(followed, guest):
    followed.rate(Grade.DISSATISFIED, tags=("其他",))
    with followed.here():
        member, path = guest("hengzha"), f"/my/tickets/{followed.ticket.number}/rate"
        before = member.opens(path)
        sent = member.sends(member.opens(f"{path}/add"), words="后来解决了")
        after = member.opens(path)

    assert "追评一次" in before.words and sent.leads_to == path
    assert "后来解决了" in after.words and "追评一次" not in after.words


def test_the_page_shows_what_holds_and_sets_a_version(life, guest):
    with life.here():
        clerk = guest("wujie")
        printed = clerk.opens("/rating-tags/window/dissatisfied")
        own = next(place for place, form in enumerate(printed.forms) if "form_key" in dict(form["fields"]))
        made = clerk.sends(printed, index=own, tags="等候太久\n没人管\n其他",
                           effective_on=(life.now + timedelta(days=3)).date().isoformat(), reason="窗口研判")
        page = clerk.opens(made.leads_to)
        county = guest("tangyi").opens("/rating-tags?occasion=window")

    assert "等候太久、没人管、其他" in page.words and "窗口研判" in page.words and "产品默认" in page.words
    assert county.status == 200 and "换一版" not in county.words
