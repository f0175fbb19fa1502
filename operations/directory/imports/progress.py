"""How far a batch has come, in the words of its page."""

from dataclasses import dataclass

from models.directory import ImportBatch, ImportKind, ImportState
from models.directory.imports import RUNNING

WAITS = "排队等待：大文件由后台逐个检查，可以离开本页，稍后回来看。"


@dataclass(frozen=True, slots=True)
class Progress:
    """``words`` say what is going on and how much of it is in the directory; ``left`` how long it may still take."""

    is_running: bool
    percent: int
    words: str
    left: str = ""


def of(batch: ImportBatch) -> Progress:
    """What the page says of the batch now."""
    percent = min(100, batch.rows_done * 100 // batch.rows_total) if batch.rows_total else 0
    match batch.state:
        case ImportState.WAITING:
            return Progress(True, 0, WAITS)
        case ImportState.CHECKING:
            speed = f"，每秒 {batch.rows_per_second:,} 行" if batch.rows_per_second else ""
            words = f"正在检查，已检查 {batch.rows_done:,} / {batch.rows_total:,} 行{speed}。目录里还没有任何变化。"
            return Progress(True, percent, words, _left(batch))
        case ImportState.IMPORTING:
            words = "正在写入目录：一次写完，写完之前目录里没有任何变化；中途停机会自动重做，不会只写一半。"
            return Progress(True, 100, words)
        case ImportState.CHECKED:
            return Progress(False, 100, _checked(batch))
        case ImportState.IMPORTED:
            return Progress(False, 100, _imported(batch))
        case ImportState.UNDONE:
            if batch.kind is ImportKind.CASES:
                return Progress(False, 100, "已撤销：改动的办件已恢复，新增的办件不再计数；再次导入同一件会重新计数。")
            if batch.kind is ImportKind.STEWARDSHIPS:
                return Progress(False, 100, "已撤销：企业已回到原来的管家，原来没有管家的又没有了。")
            return Progress(False, 100, "已撤销：改动的资料已恢复，新增的企业改为注销、不归任何单位（或账号已停用）。")
        case ImportState.FAILED:
            return Progress(False, percent, batch.error)
    return Progress(batch.state in RUNNING, percent, "已取消，没有写入任何内容。")


def _left(batch: ImportBatch) -> str:
    if not batch.rows_per_second:
        return ""
    seconds = (batch.rows_total - batch.rows_done) // batch.rows_per_second
    return f"约剩 {seconds // 60} 分 {seconds % 60} 秒" if seconds >= 60 else f"约剩 {seconds} 秒"


def _checked(batch: ImportBatch) -> str:
    if not batch.new_count and not batch.changed_count:
        return "检查完毕：没有可导入的行，请改好有误的行再上传。目录里没有任何变化。"
    return (
        f"检查完毕：可新增 {batch.new_count:,}，可更新 {batch.changed_count:,}，未变 {batch.unchanged_count:,}，"
        f"有误 {batch.bad_count:,}。目录里还没有任何变化，请选择导入有效行或取消。"
    )


def _imported(batch: ImportBatch) -> str:
    if batch.waiting_count:
        return (
            f"已导入：新增 {batch.new_count:,}，更新 {batch.changed_count:,}，未变 {batch.unchanged_count:,}；"
            f"{batch.waiting_count:,} 件的代码还没有对应，对应后自动入库。"
        )
    if not batch.new_count and not batch.changed_count:
        return f"与目录一致，没有任何改动：{batch.unchanged_count:,} 行未变。"
    return f"已导入：新增 {batch.new_count:,}，更新 {batch.changed_count:,}，未变 {batch.unchanged_count:,}。"
