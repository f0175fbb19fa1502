"""The WSGI entry: builds the app from the environment's configuration and names it ``app``."""

from app.loading import giving_way, settle, undisturbed

with undisturbed(), giving_way():
    from app import create_app, translated
    from app.at_start import ensure_migrated, look_at_the_attachments, look_at_the_log
    from config import from_environment

    app = create_app(from_environment())
    translated.hold(app)

ensure_migrated(app)
look_at_the_log(app)
look_at_the_attachments(app)
settle(20_000, 20, 20)
