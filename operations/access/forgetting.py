"""What the site need not remember of signing in and of forms, once its time is over."""

from datetime import timedelta

from models import clock
from models.access import LoginAttempt, OneTimeCode, PasswordLink, PasswordRequest, Submission
from models.base import db
from models.deliveries import Delivery
from operations.access import kept_forms
from operations.base import operation

ATTEMPTS_KEPT_FOR = timedelta(days=7)  # the longest lockout looks back one hour
SUBMISSIONS_KEPT_FOR = timedelta(days=9)  # a note that a phone could not send is sent again for seven days

CODES_KEPT_FOR = timedelta(days=2)  # a code and what it opens are over within an hour
DELIVERIES_KEPT_FOR = timedelta(days=90)  # the limits look back one day; the rest is for complaints


@operation
def forget_old() -> int:
    """清理：old failed attempts, form keys, kept forms, codes, links and what was sent. Returns how many rows went."""
    now = clock.now()
    attempts = db.session.query(LoginAttempt).filter(LoginAttempt.failed_at < now - ATTEMPTS_KEPT_FOR)
    submissions = db.session.query(Submission).filter(Submission.created_at < now - SUBMISSIONS_KEPT_FOR)
    codes = db.session.query(OneTimeCode).filter(OneTimeCode.created_at < now - CODES_KEPT_FOR)
    asked = db.session.query(PasswordRequest).filter(PasswordRequest.asked_at < now - CODES_KEPT_FOR)
    links = db.session.query(PasswordLink).filter(PasswordLink.expires_at < now - CODES_KEPT_FOR)
    sent = db.session.query(Delivery).filter(Delivery.created_at < now - DELIVERIES_KEPT_FOR)
    gone = sum(rows.delete(synchronize_session=False) for rows in (attempts, submissions, codes, asked, links, sent))
    return gone + kept_forms.sweep_old()
