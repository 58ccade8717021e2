"""The way in over HTTP: health, metrics, Slack's HTTP mode, a Bitrix24 application's installation."""
