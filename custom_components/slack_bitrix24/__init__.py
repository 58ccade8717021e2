"""Home Assistant integration: personal notifications in Bitrix24 through a slack-bitrix24 bridge."""

from __future__ import annotations

import logging

import voluptuous as vol
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_TOKEN, CONF_URL, CONF_VERIFY_SSL, Platform
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryNotReady,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType

from .bridge import Bridge, BridgeError, Message, TokenError
from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

PLATFORMS = [Platform.NOTIFY]
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
SEND = "send"
SEND_SCHEMA = vol.Schema(
    {
        vol.Optional("config_entry_id"): cv.string,
        vol.Required("message"): cv.string,
        vol.Optional("title", default=""): cv.string,
        vol.Optional("tag", default=""): cv.string,
        vol.Optional("picture", default=""): vol.Any("", cv.url),
        vol.Optional("file", default=""): vol.Any("", cv.url),
        vol.Optional("to", default=[]): vol.All(cv.ensure_list_csv, [cv.string]),
    }
)

BridgeEntry = ConfigEntry[Bridge]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:  # noqa: ARG001 - Home Assistant's signature
    """Offer the action, also while no bridge is set up: then it can say so."""

    async def send(call: ServiceCall) -> ServiceResponse:
        given = dict(call.data)
        entry = _chosen(hass, given.pop("config_entry_id", None))
        answer = await async_send(hass, entry, Message(**{**given, "to": tuple(given["to"])}))
        return answer if call.return_response else None

    hass.services.async_register(DOMAIN, SEND, send, SEND_SCHEMA, supports_response=SupportsResponse.OPTIONAL)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: BridgeEntry) -> bool:
    """Try the bridge, then make an entity for each recipient."""
    bridge = bridge_of(hass, dict(entry.data))
    try:
        await bridge.check()
    except TokenError as error:
        raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key="invalid_auth") from error
    except BridgeError as error:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="cannot_connect", translation_placeholders={"error": str(error)}
        ) from error
    entry.runtime_data = bridge
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_reload))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: BridgeEntry) -> bool:
    """Take the entities away."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def _reload(hass: HomeAssistant, entry: BridgeEntry) -> None:
    await hass.config_entries.async_reload(entry.entry_id)


def bridge_of(hass: HomeAssistant, data: dict[str, object]) -> Bridge:
    """Return the bridge that an entry's data name, over Home Assistant's own session."""
    session = async_get_clientsession(hass, verify_ssl=bool(data.get(CONF_VERIFY_SSL, True)))
    return Bridge(session, str(data[CONF_URL]), str(data[CONF_TOKEN]))


async def async_send(hass: HomeAssistant, entry: BridgeEntry, message: Message) -> dict[str, object]:
    """Send it; HomeAssistantError says why it could not be, and a token that is no longer known is asked for anew."""
    try:
        answer = await entry.runtime_data.send(message)
    except TokenError as error:
        entry.async_start_reauth(hass)
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="invalid_auth") from error
    except BridgeError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_sent", translation_placeholders={"error": str(error)}
        ) from error
    if unknown := answer.get("unknown"):
        _LOGGER.warning("The bridge knows nobody as %s", ", ".join(map(str, unknown)))
    return answer


def _chosen(hass: HomeAssistant, entry_id: str | None) -> BridgeEntry:
    loaded = [one for one in hass.config_entries.async_entries(DOMAIN) if one.state is ConfigEntryState.LOADED]
    found = [one for one in loaded if entry_id in (None, one.entry_id)]
    if len(found) != 1:
        key = "several_bridges" if found else "no_bridge"
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
    return found[0]
