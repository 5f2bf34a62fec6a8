"""What the application carries for every handler."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from server.hub.devices import Devices
from server.hub.hub import Hub
from server.web.credentials import Credentials
from server.web.crowd import Crowd
from server.web.limits import Limits
from server.web.metrics import Metrics

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds the packages, and beside them static/, locales/ and bazaars/."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where people find the two parts, without a trailing slash; "" means where the request came to."""

    public: str = ""
    staff: str = ""


HUB = web.AppKey("hub", Hub)
DEVICES = web.AppKey("devices", Devices)
CREDENTIALS = web.AppKey("credentials", Credentials)
CROWD = web.AppKey("crowd", Crowd)
NEW_SCREENS = web.AppKey("new_screens", Limits)
"""How many TVs at one address may ask to become screens."""
REPORTS = web.AppKey("reports", Limits)
"""How often devices at one address may say how they find themselves."""
GUESSES = web.AppKey("guesses", Limits)
"""How many wrong codes may come from one address."""
METRICS = web.AppKey("metrics", Metrics)
PROXIES = web.AppKey("proxies", frozenset)
"""Addresses of proxies whose word about where a request came from is taken."""
ONLY_FOLLOWS = web.AppKey("only_follows", bool)
"""Whether this process serves only those who look."""
ONLY_HTTPS = web.AppKey("only_https", bool)
"""Whether this process serves https, and who comes plainly is sent there."""
MESSAGES = web.AppKey("messages", bool)
"""Whether a gateway takes messages for phone numbers."""
ADDRESSES = web.AppKey("addresses", Addresses)
