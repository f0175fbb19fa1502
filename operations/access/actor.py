"""The acting person: an argument of every operation, built once per request from the session row."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.access import MemberRole, Role


@dataclass(frozen=True, slots=True)
class Standing:
    """One post as the rules need it. ``region_path`` and ``unit_path`` are prefixes of what lies below.

    ``stands_in``: not a post of their own, but a vacant one of the house below theirs (operations/access/vacancies.py).
    ``owner_path``: of a steward's, the unit that has registered them.
    """

    post_id: int | None
    role: Role
    unit_id: int | None = None
    unit_name: str = ""
    unit_path: str = ""
    region_path: str = ""
    enterprise_id: int | None = None
    title: str = ""
    member_role: MemberRole | None = None
    stands_in: bool = False
    owner_path: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with every post they hold now. Satisfies Flask-Login's protocol without knowing Flask.

    ``held``: all their posts, where ``posts`` were narrowed to some roles. ``proven_at``: when they last gave their
    password; None when that was from another address than they ask from now.
    """

    user_id: int | None
    name: str
    posts: tuple[Standing, ...]
    session_id: int | None = None
    session_token: str = ""
    address: str = ""
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False
    held: tuple[Standing, ...] = ()
    proven_at: datetime | None = None
    has_old_password: bool = False

    def get_id(self) -> str:
        """What the cookie carries: the session's token, never the user's id."""
        return self.session_token

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held at this moment."""
        return frozenset(post.role for post in self.posts)

    def holds(self, *roles: Role) -> bool:
        """Whether any post has one of ``roles``."""
        return not self.roles.isdisjoint(roles)

    def posts_as(self, *roles: Role) -> tuple[Standing, ...]:
        """The posts of these roles."""
        return tuple(post for post in self.posts if post.role in roles)

    def post_above(self, *paths: str, roles: Collection[Role]) -> Standing | None:
        """The first post of ``roles`` whose ground holds all of these regions; a post without a ground holds none."""
        held = (post for post in self.posts_as(*roles) if post.region_path)
        return next((post for post in held if all(path.startswith(post.region_path) for path in paths)), None)

    def only(self, *roles: Role) -> "Actor":
        """The same person with their posts of these roles only: on officials' pages nobody acts as a member."""
        return replace(self, posts=self.posts_as(*roles), held=self.held or self.posts)

    @property
    def houses(self) -> frozenset[int]:
        """Every organisation to which one of their posts belongs or lies below, whichever post they act by."""
        paths = {path for post in self.held or self.posts for path in (post.unit_path, post.owner_path)}
        return frozenset(int(part) for path in paths for part in path.split("/") if part)

    @property
    def enterprise_id(self) -> int | None:
        """The enterprise a member belongs to."""
        return next((post.enterprise_id for post in self.posts if post.enterprise_id), None)

    def administers(self, enterprise_id: int) -> bool:
        """Whether they look after the members and the profile of this enterprise."""
        own = (post for post in self.posts_as(Role.ENTERPRISE_MEMBER) if post.enterprise_id == enterprise_id)
        return any(post.member_role is MemberRole.ADMINISTRATOR for post in own)

    @property
    def title(self) -> str:
        """Unit and role of the first post, for the top bar."""
        if not self.posts:
            return ""
        post = self.posts[0]
        return f"{post.unit_name} {post.title or post.role.label}".strip()

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Actor) and other.user_id == self.user_id

    def __hash__(self) -> int:
        return hash(self.user_id)


# What the program does by itself is signed by nobody's account (domain.md §4, invariant 5).
SYSTEM = Actor(user_id=None, name="系统", posts=(Standing(post_id=None, role=Role.SYSTEM),))
