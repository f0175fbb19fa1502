"""How gunicorn serves the site: read by ``zhitongche serve``, by the systemd unit and by the container alike.

What one machine wants otherwise goes into ``GUNICORN_CMD_ARGS`` (``--workers 4``), which counts above this file.
"""

import os

from app.loading import let_others_go_first
from config import from_environment

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 30
keepalive = 15  # longer than nginx keeps a connection without use: no request meets one that is just being closed
limit_request_line = 4094
limit_request_fields = 50
loglevel = "warning"
# The socket would go to the home folder, which the account of a service may not have. Older versions pass over it.
control_socket_disable = True


def on_starting(_server):
    """Those at work go first until ``wsgi`` has been read.

    The counts of processes that ended are nobody's; another gunicorn may be counting beside this one."""
    let_others_go_first()
    for counts in from_environment().METRICS_DIR.glob("*_*.db"):
        if not is_running(int(counts.stem.rpartition("_")[2])):
            counts.unlink(missing_ok=True)


def is_running(pid):
    """Whether there is such a process, whosever it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
