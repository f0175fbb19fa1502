"""备份: the database at one moment with its digests, and the files beside it. Whole or not there."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from models import clock
from operations import sealed_log
from operations.backup import contents, digests, manifest, stores
from operations.backup.manifest import Manifest
from operations.errors import Refused
from operations.storage.places import Storage

PARTIAL = ".partial"


def back_up(url: sa.URL, storages: Mapping[str, Storage], target: Path) -> Manifest:
    """Write a backup into the new folder ``target``; Refused when there is something already, or no room.

    Digests are taken within the moment that is copied, from the database and not from the copy.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(f"{target} 已有内容。请换一个空的或不存在的目录。")
    partial = target.with_name(target.name + PARTIAL)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(mode=0o700)  # it holds everything that the site hides
        made = _written(url, storages, partial)
        manifest.write(partial, made)
        os.sync()
        if target.exists():
            target.rmdir()
        partial.rename(target)
    except OSError as problem:
        raise Refused(f"备份没有完成：{problem.strerror or problem}（{target}）。") from problem
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return made


def _written(url: sa.URL, storages: Mapping[str, Storage], into: Path) -> Manifest:
    store = stores.store_of(url)
    with stores.one_moment(url) as connection:
        heads = sealed_log.heads(connection)
        taken_at = clock.now()
        store.dump(connection, into / store.file_name)
        tables = digests.of_tables(connection)
        attached = contents.attached(connection)
        revision = connection.scalar(sa.text("SELECT max(version_num) FROM alembic_version"))
    seq, last = max(heads, default=(0, ""))
    files = {store.file_name: manifest.measured(into / store.file_name) or (0, "")}
    files |= contents.copied(storages, into)
    missing = contents.missing(attached, files)
    return Manifest(store_name(url), str(revision), taken_at.isoformat(), seq, last, tables, files, missing)


def store_name(url: sa.URL) -> str:
    """The engine as the manifest names it."""
    return url.get_backend_name()
