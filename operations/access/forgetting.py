"""What the site need not remember of signing in and of forms, once its time is over."""

from datetime import timedelta

from models import clock
from models.access import LoginAttempt, Submission
from models.base import db
from operations.access import kept_forms
from operations.base import operation

ATTEMPTS_KEPT_FOR = timedelta(days=7)  # the longest lockout looks back one hour
SUBMISSIONS_KEPT_FOR = timedelta(days=2)  # no form is valid for longer than a session: 8 hours


@operation
def forget_old() -> int:
    """清理：old failed attempts, form keys and kept forms. Returns how many rows went."""
    now = clock.now()
    attempts = db.session.query(LoginAttempt).filter(LoginAttempt.failed_at < now - ATTEMPTS_KEPT_FOR)
    submissions = db.session.query(Submission).filter(Submission.created_at < now - SUBMISSIONS_KEPT_FOR)
    gone = attempts.delete(synchronize_session=False) + submissions.delete(synchronize_session=False)
    return gone + kept_forms.sweep_old()
