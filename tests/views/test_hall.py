"""大厅办件 on its pages: a system is registered, its codes are matched, a key is shown once, what came is counted."""

import pytest

from models import clock
from tests.hall import WINDOW, Computer, Hall
from tests.lives import START
from tests.views.counting import statements


@pytest.fixture
def hall(city, tmp_path):
    with clock.standing_at(START):
        yield Hall(city, tmp_path)


def own(page):
    return next(place for place, form in enumerate(page.forms) if "form_key" in dict(form["fields"]))


def test_a_registrar_matches_what_waits_and_sees_it_counted(hall, guest):
    hall.bring(hall.row(单位名称="住建局"), hall.row("A002", 单位代码=None))
    registrar = guest("dengli")
    shown = registrar.opens(f"/hall/{hall.system.id}")
    assert "有 1 件办件等着代码对应" in shown.words and "住建局" in shown.words
    for said, target in {"ZJJ": hall.unit.name, "B12": WINDOW, "0231": "林芳（linfang）"}.items():
        page = registrar.opens(f"/hall/codes/{hall.code(said).id}")
        assert registrar.sends(page, index=own(page), target=target).leads_to == f"/hall/{hall.system.id}"
    shown = registrar.opens(f"/hall/{hall.system.id}")
    assert "办件等着" not in shown.words and WINDOW in shown.words
    runs = registrar.opens("/hall")
    assert "云州市政务服务大厅" in runs.words and "补对应后入库" in runs.words
    assert "大厅办件归集记录" in registrar.opens("/imports").links


def test_the_secret_of_a_key_is_shown_once(hall, guest):
    computer = Computer(hall)
    for username in ("dengli", "admin"):
        page = guest(username).opens(f"/hall/{hall.system.id}")
        assert computer.name in page.words and computer.secret not in page.html
    registrar = guest("dengli")
    page = registrar.opens(f"/hall/{hall.system.id}")
    place = next(place for place, form in enumerate(page.forms) if form["action"].endswith("/keys"))
    told = registrar.sends(page, index=place)
    assert "密钥只在这里显示一次" in told.words


def test_pages_of_a_hall_take_as_many_statements_for_many_codes_as_for_few(hall, guest):
    hall.bring(hall.row())
    registrar, page, counted = guest("dengli"), f"/hall/{hall.system.id}", []
    for rows in ([], [hall.row(f"C{place}", 窗口代码=f"W{place}") for place in range(40)]):
        if rows:
            hall.bring(*rows)
        registrar.opens(page)
        with statements() as asked:
            registrar.opens(page)
        counted.append(len(asked))
    assert counted[0] == counted[1]
