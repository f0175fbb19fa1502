"""The WSGI entry: builds the app from the environment's configuration and names it ``app``."""

from app import create_app
from config import from_environment

app = create_app(from_environment())
