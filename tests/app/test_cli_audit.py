"""audit verify: an exit code for the night, a sentence for a person, an object for a program."""

import json

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
