"""Accounts, posts and sessions: who somebody is and what they may do."""

from models.access.accounts import PastPassword, User
from models.access.appointments import Appointment
from models.access.codes import Invitation, OneTimeCode
from models.access.covers import PostCover
from models.access.password_links import LinkKind, PasswordLink, PasswordRequest
from models.access.posts import CADRES, MemberRole, Post, Role
from models.access.sessions import KeptForm, LoginAttempt, LoginSession, Submission
from models.access.two_step import Authenticator, RecoveryCode

__all__ = [
    "Appointment",
    "Authenticator",
    "CADRES",
    "Invitation",
    "KeptForm",
    "LoginAttempt",
    "LoginSession",
    "LinkKind",
    "MemberRole",
    "OneTimeCode",
    "PasswordLink",
    "PasswordRequest",
    "PastPassword",
    "Post",
    "PostCover",
    "RecoveryCode",
    "Role",
    "Submission",
    "User",
]
