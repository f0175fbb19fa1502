"""audit verify: an exit code for the night, a sentence for a person, an object for a program."""

import json

import witness
from models.base import db
from tests.operations.test_anchors import cut
from tests.operations.test_verification import behind_our_back


def test_a_whole_log_is_said_to_be_whole(terminal, life):
    life.handling()
    verified = terminal("audit", "verify")
    assert verified.exit_code == 0
    assert verified.output.startswith("日志完整：")


def test_an_altered_row_is_named_and_the_exit_code_is_one(terminal, life, database):
    life.handling()
    behind_our_back(database, "UPDATE events SET action = 'rate' WHERE seq = 2")
    verified = terminal("audit", "verify")
    assert verified.exit_code == 1
    assert "第 2 条：action 与封存的内容不符" in verified.output


def test_a_program_reads_it_as_one_object(terminal, life, database):
    life.handling()
    behind_our_back(database, "DELETE FROM events WHERE seq = 2", "DELETE FROM event_words WHERE event_seq = 2")
    told = json.loads(terminal("audit", "verify", "--json").output)
    assert (told["whole"], told["findings"]) == (False, [{"seq": 2, "what": "缺失"}])


def test_anchors_show_what_a_chain_cannot_and_a_restored_site_waits_for_somebodys_word(terminal, life, database):
    def runs(*words):
        db.session.remove()
        told = terminal(*words, ANCHORS="on")
        return told.exit_code, told.output

    life.handling()
    assert "没有锚点" in terminal("audit", "verify").output
    assert runs("init")[0] == runs("jobs", "run", "anchors")[0] == 0 and (terminal.folder / "anchor.key").exists()
    assert "锚点 1 个；" in runs("audit", "verify")[1] and "：0 条" in runs("audit", "verify", "--from", "anchor")[1]
    assert runs("audit", "verify", "--second") == (0, "另写的校验：日志完整，锚点 1 个相符\n")
    assert runs("audit", "export", str(terminal.folder / "log.jsonl")) == (0, f"已写出 3 条：{terminal.folder}/log.jsonl\n")
    anchors, keys = terminal.folder / "anchors.txt", terminal.folder / "anchor.pub"
    assert witness.check(anchors, keys, str(terminal.folder / "log.jsonl")) == 0
    behind_our_back(database, "DELETE FROM anchors", *cut(1, ""))
    code, said = runs("audit", "verify")
    assert code == 1 and "第 1 号锚点" in said and "另写的校验：1 处不符" in runs("audit", "verify", "--second")[1]
    assert "只读保护" in runs("init")[1] and runs("jobs", "run", "housekeeping")[0] == 1
    assert "第 2 号锚点，从第 0 号接着记" in runs("audit", "resume", "--reason", "恢复昨夜备份")[1]
    assert runs("jobs", "run", "housekeeping")[0] == 0 == runs("audit", "verify")[0]
