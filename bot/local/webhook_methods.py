"""setWebhook, deleteWebhook and getWebhookInfo, as the bot asks for them."""

from __future__ import annotations

from bot.local.records import Json
from bot.local.refusal import WEBHOOK_WAS_SET, not_served
from bot.local.state import State
from bot.local.webhook import MOST_CONNECTIONS, USUAL_CONNECTIONS, Webhook, address_of, checked_secret

LEFT_OUT = ("certificate", "ip_address")


def set_webhook(state: State, fields: Json) -> bool:
    """As in Telegram, polls end and the webhook before is gone, even when the new one is then refused."""
    for name in LEFT_OUT:
        if name in fields:
            raise not_served(f"the field {name}")
    if not fields.get("url"):
        return delete_webhook(state, fields)
    url, secret = fields["url"], fields.get("secret_token", "")
    connections = min(max(fields.get("max_connections", USUAL_CONNECTIONS), 1), MOST_CONNECTIONS)
    dropping, before = fields.get("drop_pending_updates", False), state.webhook
    if before is None or dropping or (before.url, before.secret, before.max_connections) != (url, secret, connections):
        state.mailbox.end_polls(WEBHOOK_WAS_SET)
        delete_webhook(state, fields)
        secret = checked_secret(secret)
        address = address_of(url, state.hosts, loopback=state.loopback_webhooks)
        state.webhook = Webhook(url, address, secret, connections)
    state.mailbox.allow(fields.get("allowed_updates"))
    return True


def delete_webhook(state: State, fields: Json) -> bool:
    state.webhook = None
    if fields.get("drop_pending_updates"):
        state.mailbox.forget_all()
    return True


def get_webhook_info(state: State, fields: Json) -> Json:
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": state.mailbox.waiting}
    hook = state.webhook
    if hook is not None:
        info |= {"url": hook.url, "max_connections": hook.max_connections, "ip_address": hook.ip_address}
        if hook.error is not None:
            info |= {"last_error_date": hook.error_date, "last_error_message": hook.error}
    if state.mailbox.allowed is not None:
        info["allowed_updates"] = sorted(state.mailbox.allowed)
    return info
