"""A program for gunicorn that writes down each request as it was understood, one line of JSON for each."""

import json
import os


def app(environ, start_response):
    """Answers with its path. ``…/lazy`` leaves the body unread, as a view may."""
    path = environ["PATH_INFO"]
    body = None if path.endswith("/lazy") else environ["wsgi.input"].read().decode("latin-1")
    said = {"path": path, "body": body, "from": environ.get("HTTP_X_FORWARDED_FOR")}
    with open(os.environ["HEARD"], "a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(path)))])
    return [path.encode("latin-1")]
