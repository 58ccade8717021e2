"""Setting up a bridge (address and token, both tried at once) and its recipients (sub-entries)."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, CONF_TOKEN, CONF_URL, CONF_VERIFY_SSL
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
from yarl import URL

from . import bridge_of
from .bridge import BridgeError, TokenError
from .const import CONF_ADDRESS, DOMAIN, RECIPIENT

_LOGGER = logging.getLogger(__name__)

_SECRET = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
_USER = vol.Schema(
    {
        vol.Required(CONF_URL): TextSelector(TextSelectorConfig(type=TextSelectorType.URL)),
        vol.Required(CONF_TOKEN): _SECRET,
        vol.Required(CONF_VERIFY_SSL, default=True): bool,
    }
)
_REAUTH = vol.Schema({vol.Required(CONF_TOKEN): _SECRET})
_RECIPIENT = vol.Schema({vol.Required(CONF_ADDRESS): str, vol.Optional(CONF_NAME): str})
_NO_ADDRESS = re.compile(r"[\s,;]")


def base_of(text: str) -> str | None:
    """Return the bridge's address without a slash at its end; None where it is none."""
    try:
        url = URL(text.strip())
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host or url.user or url.query_string or url.fragment:
        return None
    return str(url).rstrip("/")


class BridgeFlow(ConfigFlow, domain=DOMAIN):
    """Ask for the bridge's address and a webhook's token."""

    VERSION = 1

    @classmethod
    @callback
    def async_get_supported_subentry_types(
        cls,
        config_entry: ConfigEntry,  # noqa: ARG003 - Home Assistant's signature
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the one kind of sub-entry."""
        return {RECIPIENT: RecipientFlow}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask, try, and keep what works."""
        errors: dict[str, str] = {}
        if user_input is not None:
            url = base_of(user_input[CONF_URL])
            data = {**user_input, CONF_URL: url, CONF_TOKEN: user_input[CONF_TOKEN].strip()}
            self._async_abort_entries_match({CONF_URL: url, CONF_TOKEN: data[CONF_TOKEN]})
            errors = {CONF_URL: "invalid_url"} if url is None else await self._tried(data)
            if not errors:
                return self.async_create_entry(title=URL(str(url)).host or DOMAIN, data=data)
        form = self.add_suggested_values_to_schema(_USER, user_input)
        return self.async_show_form(step_id="user", data_schema=form, errors=errors)

    async def async_step_reauth(
        self,
        entry_data: Mapping[str, Any],  # noqa: ARG002 - Home Assistant's signature
    ) -> ConfigFlowResult:
        """Ask for a new token after the bridge stopped taking the old one."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the token alone."""
        errors: dict[str, str] = {}
        entry = self._get_reauth_entry()
        if user_input is not None:
            changed = {CONF_TOKEN: user_input[CONF_TOKEN].strip()}
            errors = await self._tried({**entry.data, **changed})
            if not errors:
                return self.async_update_reload_and_abort(entry, data_updates=changed)
        return self.async_show_form(step_id="reauth_confirm", data_schema=_REAUTH, errors=errors)

    async def _tried(self, data: dict[str, Any]) -> dict[str, str]:
        try:
            await bridge_of(self.hass, data).check()
        except TokenError:
            return {CONF_TOKEN: "invalid_auth"}
        except BridgeError as error:
            _LOGGER.debug("The bridge: %s", error)
            return {"base": "cannot_connect"}
        return {}


class RecipientFlow(ConfigSubentryFlow):
    """Ask for one recipient."""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the address and, if wanted, a name."""
        errors: dict[str, str] = {}
        if user_input is not None:
            address = user_input[CONF_ADDRESS].strip()
            if not address or _NO_ADDRESS.search(address):
                errors[CONF_ADDRESS] = "invalid_address"
            elif any(one.unique_id == address for one in self._get_entry().subentries.values()):
                return self.async_abort(reason="already_configured")
            else:
                title = (user_input.get(CONF_NAME) or "").strip() or address
                return self.async_create_entry(title=title, data={CONF_ADDRESS: address}, unique_id=address)
        form = self.add_suggested_values_to_schema(_RECIPIENT, user_input)
        return self.async_show_form(step_id="user", data_schema=form, errors=errors)
