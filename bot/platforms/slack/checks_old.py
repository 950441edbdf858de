"""What the doctor finds in Slack's settings and scopes: pure, and nothing is asked."""

from collections.abc import Collection, Iterator
from typing import Final

from bot.findings import Finding
from bot.platforms.slack.apps import REDIRECT
from bot.platforms.slack.manifest import NEEDED, SCOPES
from bot.settings import Settings
from bot.written import PREFIX

_SUBJECT: Final = "slack settings"
_CHAPTER: Final = "README, «More than one Slack workspace»"


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What is wrong with how the app is set up, as a whole."""
    lacks = settings.installing_lacks
    if lacks:
        yield _problem(
            f"nobody can install the app; missing: {', '.join(lacks)}",
            f"set what is missing ({_CHAPTER})",
        )
    if lacks == ():
        yield from _of_address(settings)
        if settings.slack_bot_token is not None:
            yield _warning(
                f"{PREFIX}SLACK_BOT_TOKEN is not used where workspaces install the app",
                "take it out; install the app into that workspace as well",
            )
    on = lacks == () or settings.slack_bot_token is not None
    called = settings.slack_app_token is None
    if on and called and settings.slack_signing_secret is None:
        yield _problem(
            "commands do not work: nothing tells that a call comes from Slack",
            f"set {PREFIX}SLACK_SIGNING_SECRET, or {PREFIX}SLACK_APP_TOKEN for Socket "
            "Mode",
        )


def _of_address(settings: Settings) -> Iterator[Finding]:
    address = settings.public_url or ""
    if not address.startswith("https://") and settings.slack_api_base is None:
        yield _problem(
            f"Slack sends nobody to {address}: it wants https",
            f"set {PREFIX}PUBLIC_URL to the https:// address of your proxy",
        )
        return
    yield Finding(
        subject=_SUBJECT,
        state="ok",
        text=f"the app's Redirect URL on Slack must be {address}{REDIRECT}",
    )


def of_scopes(
    told: Collection[str] | None, *, subject: str, again: str
) -> Iterator[Finding]:
    """What the app asks for by its manifest, and was not given.

    Args:
        told: What it was given, by Slack's word; None = Slack did not say.
        subject: Whose app it is.
        again: How it is installed again: a new manifest alone gives nothing.
    """
    for scope, why in SCOPES.items():
        if told is not None and scope not in told:
            yield Finding(
                subject=subject,
                state="problem" if scope in NEEDED else "warning",
                text=f"the app lacks the scope {scope}: {why}",
                fix="bring the app's manifest up to date (standfirst slack-manifest), "
                f"then {again}",
            )


def _problem(text: str, fix: str) -> Finding:
    return Finding(subject=_SUBJECT, state="problem", text=text, fix=fix)


def _warning(text: str, fix: str) -> Finding:
    return Finding(subject=_SUBJECT, state="warning", text=text, fix=fix)
