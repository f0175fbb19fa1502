"""Accounts, posts and sessions: who somebody is and what they may do."""

from models.access.accounts import User
from models.access.codes import Invitation, OneTimeCode
from models.access.covers import PostCover
from models.access.posts import CADRES, MemberRole, Post, Role
from models.access.sessions import KeptForm, LoginAttempt, LoginSession, Submission

__all__ = [
    "CADRES",
    "Invitation",
    "KeptForm",
    "LoginAttempt",
    "LoginSession",
    "MemberRole",
    "OneTimeCode",
    "Post",
    "PostCover",
    "Role",
    "Submission",
    "User",
]
