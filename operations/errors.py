"""Every way a business act can be refused, with the sentence the user reads. ``app.errors`` maps them to pages."""

# What PostgreSQL says to an account that may not, and what to do about it (docs/deploy.md).
NOT_PERMITTED = "42501"
NO_RIGHT = "数据库账户没有权限：{}。分成两个账户的，请用属主的 MIGRATIONS_DATABASE_URL 运行 zhitongche init"


class DomainError(Exception):
    """A refusal: carries its own sentence and status code."""

    status_code = 409
    message = "操作未能完成。"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)


class NotFound(DomainError):
    """Not there, or not yours: the same answer for both."""

    status_code = 404
    message = "没有找到该内容，或您无权查看。"


class NotAllowed(DomainError):
    """The act belongs to somebody else. Written to the log as refused."""

    status_code = 403
    message = "您没有执行该操作的权限。"


class IllegalTransition(DomainError):
    """The table has no such move from here."""

    def __init__(self, action_label: str, status_label: str) -> None:
        super().__init__(f"办件当前为“{status_label}”，不能{action_label}。")


class Refused(DomainError):
    """A rule of the domain stands against it; the sentence says which."""


class Stale(DomainError):
    """Somebody else changed it in between."""

    message = "办件刚刚被他人更新，请核对后再提交。"


class AlreadyDone(DomainError):
    """The same form was sent before. ``target`` is the number of what it made then."""

    message = "该表单已提交过，没有重复登记。"

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target


class BadInput(DomainError):
    """A value no form would have let through, or a file that is not what it says."""

    status_code = 422
    message = "提交的内容无法识别，请检查后重试。"


class TooManyAttempts(DomainError):
    """A limit of security.md (d) is used up."""

    status_code = 429
    message = "尝试次数过多，请 15 分钟后再试。"


class Gone(NotFound):
    """The site knows of the file, and its bytes are not where they should be: for whoever runs the site to mend."""

    message = "这个文件不在附件库里了，请告诉系统管理员。"


class Away(DomainError):
    """What files need does not answer; the database does."""

    status_code = 503


class Busy(Away):
    """More files have come at once than the machine can take apart."""

    message = "同时上传的文件太多，请稍后重试。"


class StorageAway(Away):
    """The object store does not answer, or takes nothing from us."""

    message = "附件库没有响应，请稍后重试。"


class ScannerAway(Away):
    """What looks for viruses does not answer: nothing is let in that nobody has looked at."""

    message = "查毒程序暂时没有答复，文件没有收下，请稍后重试。"
