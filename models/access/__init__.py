"""Accounts, posts and sessions: who somebody is and what they may do."""

from models.access.accounts import User
from models.access.posts import Post, Role
from models.access.sessions import KeptForm, LoginAttempt, LoginSession, Submission

__all__ = ["KeptForm", "LoginAttempt", "LoginSession", "Post", "Role", "Submission", "User"]
