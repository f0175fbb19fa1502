"""What is generated is as it would be generated now: `make docs` mends every failure here."""

from tools import settings_doc


def test_the_settings_are_documented_as_they_are():
    assert settings_doc.TARGET.read_text() == settings_doc.document()
