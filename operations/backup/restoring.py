"""恢复: a backup is filled into a database beside, verified there in every part, and only then put in place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from models import clock
from operations import sealed_log, verification
from operations.anchors import checking
from operations.backup import contents, digests, manifest, stores
from operations.backup.manifest import Damaged, Manifest
from operations.errors import Refused
from operations.storage.places import Storage

OCCUPIED = "数据库里已有站点。确要用备份替换它，请先停止网站和作业，再加 --replace；原来的库会改名保留。没有改动任何内容。"
SHOWN = 3


def ensure_free(url: sa.URL, storages: Mapping[str, Storage], *, replace: bool) -> None:
    """Refused when a site stands where the backup would go and nobody said that it may be replaced."""
    has_files = any(storage.has_what_a_restore_replaces() for storage in storages.values())
    is_taken = stores.store_of(url).is_occupied(url) or has_files
    if is_taken and not replace:
        raise Refused(OCCUPIED)


@contextmanager
def filled(folder: Path, target: sa.URL, *, name: str) -> Iterator[tuple[Manifest, sa.URL]]:
    """The verified backup in a scratch database beside ``target``, which is gone afterwards if it is still there.

    Damaged, with what is wrong, when any part is not what was backed up.
    """
    made = manifest.read(folder)
    if made.engine != target.get_backend_name():
        raise Refused(f"备份来自 {made.engine}，不能恢复到 {target.get_backend_name()}。没有改动任何内容。")
    manifest.check_files(folder, made)
    store = stores.store_of(target)
    scratch = store.scratch(target, name)
    try:
        store.load(folder / store.file_name, scratch)
        _verify(made, scratch)
        yield made, scratch
    finally:
        store.drop(scratch)


def put_in_place(folder: Path, scratch: sa.URL, *, target: sa.URL, storages: Mapping[str, Storage]) -> list[str]:
    """The files are laid beside first; then the database changes places, last the files. Returns where the former is
    kept: broken off between, ``*.restoring`` and ``*.before-…`` say by their names what they are."""
    aside = f"before-{clock.now():%Y%m%dT%H%M%SZ}"
    for name, storage in storages.items():
        storage.lay_beside(folder / name)
    kept = [stores.store_of(target).exchange(scratch, target, aside=aside.replace("-", "_"))]
    kept += [storage.take_over(aside) for storage in storages.values()]
    return [one for one in kept if one]


def _verify(made: Manifest, scratch: sa.URL) -> None:
    """Pages, rows, log and attachments against the manifest; Damaged with the first few faults."""
    with stores.one_moment(scratch) as connection:
        faults = stores.store_of(scratch).faults(connection)
        faults += _wrong_tables(made, digests.of_tables(connection)) or _wrong_log(made, connection)
        lost = set(contents.missing(contents.attached(connection), made.files)) - set(made.missing)
    faults += [f"附件 {path} 缺失或与登记的摘要不符" for path in sorted(lost)]
    if faults:
        more = f"等 {len(faults)} 处" if len(faults) > SHOWN else ""
        raise Damaged(f"恢复出来的内容与备份时不符：{'；'.join(faults[:SHOWN])}{more}。没有改动任何内容。")


def _wrong_tables(made: Manifest, found: Mapping[str, tuple[int, str]]) -> list[str]:
    expected = {table: tuple(said) for table, said in made.tables.items()}
    return [f"表 {table}" for table in sorted(expected.keys() | found.keys()) if expected.get(table) != found.get(table)]


def _wrong_log(made: Manifest, connection: sa.Connection) -> list[str]:
    if sealed_log.heads(connection) != [(made.seq, made.hash)]:
        return ["日志链没有到达备份时的链尾"]
    found = verification.verify_on(connection).findings or checking.contradictions(
        connection, checking.remembered(connection)
    )
    return [f"日志第 {one.seq} 条{one.what}" for one in found]
