"""What carries a message away: one adapter for each kind of gateway, made from the site's settings."""

from collections.abc import Mapping
from typing import Any

from models.deliveries import Carrier
from operations.delivery.adapters.base import CONSOLE, GATEWAY, OFF, Adapter, Console, Off
from operations.delivery.adapters.bots import DingTalk, WeCom
from operations.delivery.adapters.mail import Mail
from operations.delivery.adapters.sms import TextGateway

Settings = Mapping[str, Any]


def made(carrier: Carrier, settings: Settings) -> Adapter:
    """The adapter of a carrier at this site; ``Off`` where it has none."""
    seconds = settings["GATEWAY_SECONDS"]
    if carrier is Carrier.SMS and settings["TEXTING"] == CONSOLE:
        return Console()
    if not is_on(carrier, settings):
        return Off()
    if carrier is Carrier.SMS:
        return TextGateway(settings["TEXT_GATEWAY_URL"], settings["TEXT_GATEWAY_SECRET"], seconds=seconds)
    if carrier is Carrier.WECOM:
        return WeCom(settings["WECOM_URL"], settings["WECOM_KEY"], seconds=seconds)
    if carrier is Carrier.DINGTALK:
        return DingTalk(settings["DINGTALK_URL"], settings["DINGTALK_TOKEN"], settings["DINGTALK_SECRET"],
                        seconds=seconds)
    return Mail(settings["MAIL_SERVER"], sender=settings["MAIL_FROM"], security=settings["MAIL_SECURITY"],
                user=settings["MAIL_USER"], password=settings["MAIL_PASSWORD"], seconds=seconds)


def is_on(carrier: Carrier, settings: Settings) -> bool:
    """Whether this site sends by it at all."""
    if carrier is Carrier.SMS:
        return settings["TEXTING"] in (CONSOLE, GATEWAY)
    needed = {Carrier.EMAIL: "MAIL_SERVER", Carrier.WECOM: "WECOM_KEY", Carrier.DINGTALK: "DINGTALK_TOKEN"}
    return bool(settings[needed[carrier]])


def carriers_on(settings: Settings) -> tuple[Carrier, ...]:
    """The carriers that this site sends by."""
    return tuple(carrier for carrier in Carrier if is_on(carrier, settings))


__all__ = ["CONSOLE", "GATEWAY", "OFF", "Adapter", "Settings", "carriers_on", "is_on", "made"]
