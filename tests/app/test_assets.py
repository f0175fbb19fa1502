"""The site's own files are kept by the browser, under an address that changes with them."""

import re

from app.assets import KEPT, stamp_of


def test_a_page_names_its_files_by_an_address_that_may_be_kept(client):
    page = client.get("/login").text
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))

    assert named and all(re.match(r"/static/~[0-9a-f]{10}/", path) for path in named)
    for path in named:
        answer = client.get(path, buffered=True)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, KEPT), path


def test_a_plain_address_is_asked_for_again_and_a_strange_stamp_is_not_there(client):
    assert client.get("/static/css/zq.css", buffered=True).headers["Cache-Control"] == "no-cache"
    strange = client.get("/static/~0123456789/css/zq.css", buffered=True)
    assert strange.status_code == 404 and strange.headers.get("Cache-Control") != KEPT


def test_the_stamp_changes_with_what_is_in_a_file_and_with_its_name(tmp_path):
    (tmp_path / "a.css").write_text("a { color: red }")
    stamps = {stamp_of(tmp_path)}
    (tmp_path / "a.css").write_text("a { color: blue }")
    stamps.add(stamp_of(tmp_path))
    (tmp_path / "a.css").rename(tmp_path / "b.css")
    stamps.add(stamp_of(tmp_path))
    assert len(stamps) == 3
