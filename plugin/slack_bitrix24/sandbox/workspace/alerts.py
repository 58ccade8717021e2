"""What the monitoring bot posts: an alert as a legacy attachment, and its all-clear. No I/O."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.people import JSON

NAME = "HighErrorRate"


def firing(name: str, *, at: float, image_url: str = "") -> JSON:
    """Return the message, as of Unix seconds `at`: empty text, one attachment, as Grafana and Alertmanager send it."""
    attachment: JSON = {
        "color": "danger",
        "title": f"[FIRING:1] {name} (api production)",
        "title_link": f"https://grafana.example.com/alerting/{name}",
        "text": "*5xx responses* are above `5 %` for 10 minutes &amp; rising.\n"
        "Runbook: <https://wiki.example.com/runbooks/5xx|restart the API>",
        "fields": [
            {"title": "Severity", "value": "critical", "short": True},
            {"title": "Cluster", "value": "`prod-eu`", "short": True},
            {"title": "Error rate", "value": "7.3 %", "short": True},
            {"title": "Since", "value": "10 minutes", "short": True},
        ],
        "footer": "Sandbox monitoring",
        "ts": int(at),
        "mrkdwn_in": ["text", "fields"],
    }
    return {"text": "", "attachments": [attachment | ({"image_url": image_url} if image_url else {})]}


def worse(body: JSON) -> list[JSON]:
    """Return the attachments of the same message when it has become worse."""
    first = body["attachments"][0]
    said = "*5xx responses* are above `20 %` for 15 minutes &amp; rising: *customers notice*."
    fields = [{**one, "value": "21 %"} if one["title"] == "Error rate" else one for one in first.get("fields", ())]
    return [{**first, "text": said, "fields": fields}]


def is_firing(body: JSON) -> bool:
    """Tell whether it is an alert that is not over."""
    return any(str(one.get("title", "")).startswith("[FIRING") for one in body.get("attachments") or ())


def resolved(body: JSON, *, at: float) -> list[JSON]:
    """Return the attachments of the same message when all is well again."""
    name = str(body["attachments"][0]["title"]).partition("] ")[2]
    return [
        {
            "color": "good",
            "title": f"[RESOLVED] {name}",
            "title_link": body["attachments"][0].get("title_link", ""),
            "text": "Error rate is back to *0.2 %*.",
            "fields": [
                {"title": "Severity", "value": "none", "short": True},
                {"title": "Cluster", "value": "`prod-eu`", "short": True},
                {"title": "Lasted", "value": "12 minutes", "short": True},
            ],
            "footer": "Sandbox monitoring",
            "ts": int(at),
            "mrkdwn_in": ["text", "fields"],
        }
    ]
