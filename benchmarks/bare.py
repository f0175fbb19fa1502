"""The floor: a Flask page that does nothing, under the same two sync workers."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def page() -> str:
    """As little as Flask can do."""
    return "<!doctype html><title>bare</title><p>bare page</p>"
