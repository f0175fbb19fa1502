"""The enterprise that somebody names: within what they may name, by exact name or code first."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from models.base import db
from models.directory import Enterprise, Region
from operations.access.actor import Actor, Standing

OFFERED = 8


def within(posts: Sequence[Standing]) -> ColumnElement[bool]:
    """Enterprises in the regions of these posts."""
    paths = [post.region_path for post in posts if post.region_path]
    below = select(Region.id).where(or_(*(Region.path.startswith(path, autoescape=True) for path in paths or ["?"])))
    return Enterprise.region_id.in_(below)


def named(where: ColumnElement[bool], words: str) -> Sequence[Enterprise]:
    """The live enterprises meant by ``words``: the one of exactly that name or code, else all that hold it, a few."""
    live = select(Enterprise).where(where, Enterprise.merged_into_id.is_(None))
    exact = or_(Enterprise.name == words, Enterprise.short_name == words, Enterprise.credit_code == words.upper())
    found = db.session.scalars(live.where(exact).order_by(Enterprise.id).limit(OFFERED)).all()
    if found or len(words) < 2:
        return found
    contains = or_(*(column.icontains(words, autoescape=True) for column in (Enterprise.name, Enterprise.short_name)))
    return db.session.scalars(live.where(contains).order_by(Enterprise.id).limit(OFFERED)).all()


def by_cadre(actor: Actor, words: str) -> Sequence[Enterprise]:
    """What a leading cadre may mean: the enterprises of their regions."""
    return named(within(actor.posts), words)
