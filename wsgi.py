"""The WSGI entry: builds the app from the environment's configuration and names it ``app``."""

import gc

from app import create_app
from app.at_start import ensure_migrated, look_at_the_attachments, look_at_the_log
from config import from_environment

app = create_app(from_environment())
ensure_migrated(app)
look_at_the_log(app)
look_at_the_attachments(app)

# Half a million objects are here to stay. The collector of garbage need not go through them again with every few
# pages (a tenth of a page's time), nor write into what a forked worker shares with the others.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
