"""What to do about what was found: by Slack's and Bitrix24's own codes. No I/O."""

from __future__ import annotations

from slack_bitrix24.config import Portal
from slack_bitrix24.errors import Bitrix24Error, StoreError, Verdict

FOR_BOT = (
    "copy the Bot User OAuth Token (xoxb-…) from the app's page OAuth & Permissions into slack.bot_token; "
    "reinstall the app there if it was taken out"
)
FOR_SOCKET = (
    "make an app-level token (xapp-…, scope connections:write) on the app's page Basic Information "
    "and put it into slack.app_token"
)
REACH = "is slack.api_url right, and may this machine reach it?"
TRUST = (
    "is it the right portal? If it has a certificate of its own, give the file of its authority in the "
    "variable REQUESTS_CA_BUNDLE"
)
SCOPE = "add the scope on the app's page OAuth & Permissions and reinstall the app"
MAPPING = "put the right number into the mapping file, or take the line out"
_TOKEN = frozenset(
    {"account_inactive", "invalid_auth", "no_permission", "not_allowed_token_type", "not_authed", "token_expired"}
    | {"token_revoked", "team_access_not_granted", "org_login_required", "ekm_access_denied"}
)
_WEBHOOK = frozenset({"INVALID_CREDENTIALS", "NO_AUTH_FOUND", "AUTHORIZATION_ERROR", "USER_ACCESS_ERROR"})


def of_slack(code: str, *, token: str = FOR_BOT) -> str:
    """Return what to do about a refusal of Slack's; `token` is the cure of a token that does not do."""
    first, _, needed = code.partition(",")
    if not code or "non-JSON" in code or "no JSON" in code:
        return REACH
    if first == "missing_scope" or needed:
        return SCOPE if token == FOR_BOT else token
    if first in ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"):
        return "try again in a minute"
    return token if first in _TOKEN else "docs.slack.dev names the code"


def of_portal(error: Exception, portal: Portal) -> str:
    """Return what to do about an error that keeps a portal from being used."""
    way = f"portals.{portal.name}.webhook_url" if portal.webhook_url is not None else f"portals.{portal.name}.domain"
    if isinstance(error, StoreError):  # what the portal's tokens and limits are kept in
        return "try again once the database answers"
    if not isinstance(error, Bitrix24Error):
        return f"correct {way}"
    if not error.status:
        return _unanswered(error, portal, way)
    code = error.code.upper()
    if code == "INSUFFICIENT_SCOPE":
        return scope(portal)
    if code == "ACCESS_DENIED":
        return "the portal's plan must include REST, and the sign-in's user must be let in"
    if error.verdict is Verdict.AGAIN:
        return "try again in a minute"
    if error.status == 404 or not code:
        return f"is {way} right? No REST answers there"
    return sign_in(portal) if code in _WEBHOOK or portal.webhook_url is None else f"is {way} right?"


def _unanswered(error: Bitrix24Error, portal: Portal, way: str) -> str:
    """Return what to do where no portal answered."""
    if "certificate" in str(error):
        return TRUST
    if "no database yet" in str(error):
        return "then check again"
    known = error.code or error.verdict is Verdict.PORTAL
    return sign_in(portal) if known else f"is {way} right, and may this machine reach it?"


def sign_in(portal: Portal) -> str:
    """Return how the portal is signed in at anew."""
    if portal.webhook_url is None:
        return f"connect it again: slack-bitrix24 portal connect {portal.name}"
    return (
        "make an inbound webhook with the scope im at the portal (Developer resources) and put its address into "
        f"portals.{portal.name}.webhook_url"
    )


def scope(portal: Portal, name: str = "im") -> str:
    """Return where a scope is given."""
    whose = "webhook" if portal.webhook_url is not None else "application"
    return f"tick the scope {name} in the {whose}'s settings at the portal (Developer resources)"


def of_health(fault: str, portal: Portal) -> str:
    """Return a fault that the portal itself told, with what to do."""
    if "scope im is missing" in fault or "is not available" in fault:
        return f"{fault}: {scope(portal)}"
    if "is not active" in fault:
        return f"{fault}: have somebody who works there make a new one; {sign_in(portal)}"
    if "does not know" in fault:
        return f"{fault}: the portal is too old, or portals.{portal.name} leads elsewhere"
    return fault
