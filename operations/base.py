"""``@operation`` makes a function one business act: one transaction, its events sealed last, done once."""

import functools
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from models import clock
from models.access import Submission
from models.base import db
from operations import log, protection
from operations.errors import AlreadyDone, Refused, Stale

P = ParamSpec("P")
R = TypeVar("R")
Made = TypeVar("Made", covariant=True)

_inside: ContextVar[bool] = ContextVar("inside_operation", default=False)
_last_steps: ContextVar[dict[object, Callable[[], None]] | None] = ContextVar("last_steps", default=None)
# What one transaction reads once and keeps in the session's notebook.
REMEMBERED = ("running_clocks", "rulebook", "remembered", "notices", "letters", "standing")
# PostgreSQL's unique_violation, serialization_failure and deadlock_detected; SQLite has one writer, who meets nobody.
OVERTAKEN = ("23505", "40001", "40P01")
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(slots=True)
class Once:
    """The key of one printed form. The same key with the same body is the same act.

    ``made`` is the number of what the act has made or changed: to lead on to it without reading it again.
    """

    user_id: int | None
    key: str
    digest: str
    made: str = ""


class Operation(Protocol[P, Made]):
    """An act as it is called: with its own arguments, and with the key of a form where one was printed.

    A type checker cannot add a keyword to somebody else's arguments: a call with ``once`` is checked at run time.
    """

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Made: ...

    @overload
    def __call__(self, *args: Any, once: Once | None, **kwargs: Any) -> Made: ...


def operation(act: Callable[P, R]) -> Operation[P, R]:
    """Run ``act`` in a transaction of its own, or join the one it is called in.

    ``once=Once(...)`` claims the form first: a second sending raises AlreadyDone with what the first one made.
    A failure anywhere rolls back everything, the events included; of two that cannot both be done, one is Stale.
    Nothing is done while the log is found broken or the clock wrong (``protection``), unless the act is marked
    ``even_when_protected``.
    """

    is_vital = getattr(act, "is_vital", False)

    @functools.wraps(act)
    def in_transaction(*args: Any, once: Once | None = None, **kwargs: Any) -> R:
        if _inside.get():
            return act(*args, **kwargs)
        if not is_vital:
            protection.ensure_off()
        token, steps = _inside.set(True), _last_steps.set({})
        try:
            with log.gathering(is_vital=is_vital):
                claim = _claim(once) if once else None
                result = act(*args, **kwargs)
                if once and claim:
                    once.made = _settle(claim, result, args)
                _take_last_steps()
                db.session.flush()
                log.seal()
                db.session.commit()
            return result
        except BaseException as error:
            db.session.rollback()
            if _was_overtaken(error):
                raise Stale from error
            raise
        finally:
            _inside.reset(token)
            _last_steps.reset(steps)
            for remembered in REMEMBERED:
                db.session.info.pop(remembered, None)

    return cast(Operation[P, R], in_transaction)


def _was_overtaken(error: BaseException) -> bool:
    """Whether somebody else was faster: the row's version has moved on, or the unique key both wanted is theirs."""
    return isinstance(error, StaleDataError) or (
        isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in OVERTAKEN
    )


def before_commit(key: object, step: Callable[[], None]) -> None:
    """Do ``step`` once, when the running operation has done everything else; the same key replaces itself."""
    steps = _last_steps.get()
    if steps is None:
        raise RuntimeError("outside an operation there is no commit to wait for")
    steps[key] = step


def remembered(key: Hashable, read: Callable[[], R]) -> R:
    """What ``read`` answers, asked once per operation: for facts that no act within it changes."""
    if not _inside.get():
        return read()
    known: dict[Hashable, Any] = db.session.info.setdefault("remembered", {})
    if key not in known:
        known[key] = read()
    return known[key]


def hold(row: Any) -> None:
    """Read a row anew and let nobody else change it until the running operation ends."""
    model = type(row)
    asked = select(model).where(model.id == row.id).with_for_update().execution_options(populate_existing=True)
    db.session.scalars(asked).one()


def let_go() -> None:
    """Before slow work outside any act: end what has only been read. On SQLite nobody could write until it is over, and
    PostgreSQL ends a transaction itself in which nothing happens."""
    if _inside.get():
        raise RuntimeError("an act holds what it goes by until it ends")
    db.session.rollback()


def finish_act() -> None:
    """Within one transaction of several acts: take the last steps of the one just done, at its own moment."""
    _take_last_steps()


def come_to_rest() -> None:
    """Within one transaction of several acts: write down what they did, as a commit would, but do not commit yet.

    The next act and the sweep then see what a new transaction would see: nothing is remembered but the rules.
    """
    _take_last_steps()
    db.session.flush()
    db.session.expunge_all()
    db.session.info.pop("running_clocks", None)


def _take_last_steps() -> None:
    steps = _last_steps.get() or {}
    while steps:
        steps.pop(next(iter(steps)))()


# Plain tables: every form that is sent comes by here, and the session's own layers would cost more than the rows.
_SUBMISSIONS: Any = Submission.__table__
_SETTLED = update(_SUBMISSIONS).where(_SUBMISSIONS.c.id == bindparam("claim")).values(target=bindparam("made"))


@functools.cache
def _ignoring(dialect: str, table: Any) -> Any:
    return _INSERTS[dialect](table).on_conflict_do_nothing()


def insert_ignoring(table: Any) -> Any:
    """An INSERT … ON CONFLICT DO NOTHING for the session's database: the constraint decides, nobody looks first."""
    return _ignoring(db.session.get_bind().dialect.name, table)


def _claim(once: Once) -> int:
    row = {"user_id": once.user_id, "form_key": once.key, "body_digest": once.digest, "target": "",
           "created_at": clock.now()}
    claimed = db.session.connection().scalar(insert_ignoring(_SUBMISSIONS).returning(_SUBMISSIONS.c.id), row)
    if claimed is not None:
        return claimed
    earlier = db.session.query(Submission).filter_by(user_id=once.user_id, form_key=once.key).one()
    if earlier.body_digest != once.digest:
        raise Refused("这张表单已经提交过，内容又有改动。请重新打开页面再提交。")
    raise AlreadyDone(earlier.target)


def _settle(claim: int, result: object, args: tuple[Any, ...]) -> str:
    made = getattr(result, "number", None) or (getattr(args[0], "number", "") if args else "")
    db.session.connection().execute(_SETTLED, {"claim": claim, "made": made})
    return str(made)


def be_patient() -> None:
    """This transaction waits for others as long as they take, as what serves a page must not. Only this one does: how
    long a job's statements may work by themselves is ``models.engine.let_work_last``'s."""
    if db.session.get_bind().dialect.name == "postgresql":
        for limit in ("statement_timeout", "lock_timeout"):
            db.session.execute(text(f"SET LOCAL {limit} = 0"))
