import pytest

from tests.hotline import write_table


@pytest.fixture
def table(tmp_path):
    """``table(rows)`` writes an .xlsx and answers its path; a row is a dict by header."""
    return lambda rows, **options: write_table(tmp_path / "留言.xlsx", rows, **options)
