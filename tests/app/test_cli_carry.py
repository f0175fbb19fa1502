"""carry: the attachments of a folder go into a bucket, and whatever the database misses there is named."""

import requests

from models.base import db
from models.tickets import Attachment
from operations.storage.bucket import Bucket
from tests import buckets


def test_attachments_are_carried_into_a_bucket_and_what_lacks_is_named(terminal, city):
    for name in ("ab12", "cd34"):
        db.session.add(Attachment(public_id=name, file_name="照片.jpg", media_type="image/jpeg", size=4, sha256="0" * 64,
                                  stored_name=name))
    db.session.commit()
    db.session.remove()
    folder = terminal.folder / "old"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "ab12").write_bytes(b"jpeg")
    assert "没有设置 ATTACHMENTS_BUCKET" in terminal("carry", str(folder)).output
    with buckets.server() as server:
        requests.put(f"{server}/carried", timeout=5).raise_for_status()
        keys = {name: value for name, value in buckets.KEYS.items() if value}
        told = terminal("carry", str(folder), ATTACHMENTS_BUCKET=f"{server}/carried", **keys)
        assert told.exit_code == 1 and "库里登记 2 个，缺 1 个" in told.output and "attachments/cd/cd34" in told.output
        bucket = Bucket(terminal.folder, f"{server}/carried", *buckets.KEYS.values())
        assert list(bucket.keys()) == ["ab/ab12"] and (folder / "ab" / "ab12").exists()
