"""What is generated is as it would be generated now: `make docs` mends every failure here."""

from importlib import import_module

import pytest

import config

DOCUMENTS = sorted(path.stem for path in (config.HERE / "tools").glob("*_doc.py"))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_as_it_would_be_generated(name):
    document = import_module(f"tools.{name}")
    assert document.TARGET.read_text(encoding="utf-8") == document.document()
