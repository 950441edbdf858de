"""The pages of installing the app, for a browser that knows nothing of us: pure.

They stand for themselves: what brings Slack here may be a proxy that hands on these two
addresses alone. So their style is inside, named to the browser by its hash, and nothing
else may be loaded, run or framed. What comes from outside is escaped text.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.platforms.inert import fitted, inert
from bot.platforms.slack.apps import INSTALL
from bot.platforms.slack.manifest import SCOPES
from bot.texts import Texts

HERE: Final = Path(__file__).parent / "templates"
#: Characters of a workspace's name.
_NAME: Final = 80
_CODE: Final = re.compile(r"[a-z_]{1,60}")
_ID: Final = re.compile(r"[A-Z0-9]{1,30}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What a page says."""

    title: str
    sentences: tuple[str, ...]
    steps: tuple[str, ...] = ()
    #: Where its one button leads, and what that says.
    href: str = ""
    label: str = ""
    #: What the app asks for, each with its reason.
    rights: tuple[tuple[str, str], ...] = ()
    rights_title: str = ""


class Pages:
    """Writes pages as HTML."""

    def __init__(self) -> None:
        style = (HERE / "install.css").read_text(encoding="utf-8").strip()
        templates = Environment(
            loader=FileSystemLoader(HERE),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._template = templates.get_template("install.html")
        # Markup: it is our own, and a browser compares it byte by byte with its hash.
        self._style = Markup(style)  # noqa: S704
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        self.policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'none'; "
            "frame-ancestors 'none'; base-uri 'none'"
        )

    def html(self, page: Page) -> str:
        return self._template.render(page=page, style=self._style)


def beginning(url: str, texts: Texts) -> Page:
    """The page with the button; `url` is Slack's page where one agrees."""
    return Page(
        title=texts.say("Add Standfirst to a Slack workspace"),
        sentences=(
            texts.say(
                "Standfirst posts short news digests to your channels. Every word in "
                "them can be traced to its source: quotes are checked word for word."
            ),
            texts.say(
                "Slack asks you which workspace it is for, and shows what the app "
                "wants to be allowed. Nothing is posted until somebody sets it up."
            ),
        ),
        href=url,
        label=texts.say("Add to Slack"),
        rights=tuple((name, texts.word(why)) for name, why in SCOPES.items()),
        rights_title=texts.say("What it asks for, and why"),
    )


def installed(name: str, *, app: str, team: str, texts: Texts) -> Page:
    """It is done; `name` is the workspace's."""
    known = _ID.fullmatch(app) and _ID.fullmatch(team)
    return Page(
        title=texts.say(
            "Standfirst is installed in {name}", name=fitted(name, _NAME) or team
        ),
        sentences=(texts.say("Three steps are left, all of them in Slack:"),),
        steps=(
            texts.say("Open the channel that the news is for."),
            texts.say("Invite the app: /invite @Standfirst"),
            texts.say("Say /newsdesk setup: it asks for a source and a time."),
        ),
        href=f"https://slack.com/app_redirect?app={app}&team={team}" if known else "",
        label=texts.say("Open it in Slack"),
    )


def failed(reason: str, texts: Texts) -> Page:
    """Nothing was installed, and why.

    Args:
        reason: Bolt's or Slack's word for it, or one of our own (`org`, `not_kept`);
            it may come from anybody.
        texts: Their language.
    """
    title, sentences = _FAILED.get(reason, ("", ()))
    if not title:
        code = reason if _CODE.fullmatch(reason) else "?"
        said = texts.say("Slack did not let the app be installed ({code}).", code=code)
        return _again(texts.say("Nothing was installed"), (said,), texts)
    return _again(texts.word(title), tuple(map(texts.word, sentences)), texts)


def _again(title: str, sentences: tuple[str, ...], texts: Texts) -> Page:
    return Page(
        title=title,
        sentences=sentences,
        href=INSTALL,
        label=texts.say("Start again"),
    )


_STALE: Final = (
    "This link is not good any more",
    (
        "It was used already, is older than ten minutes, or was begun in another "
        "browser. Nothing was installed.",
        "The browser has to take cookies from this address.",
    ),
)
_FAILED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "access_denied": (
        "Nothing was installed",
        ("You said no in Slack, which is fine. Nothing was kept.",),
    ),
    "invalid_browser": _STALE,
    "invalid_state": _STALE,
    "missing_code": _STALE,
    "invalid_code": (
        "Slack did not confirm it",
        (
            "Slack was asked for the app's token and gave none. Nothing was installed.",
            "If it stays so, whoever runs this Standfirst finds the reason in its log.",
        ),
    ),
    "invalid_team_for_non_distributed_app": (
        "The app may not go there yet",
        (
            "Slack lets it be installed only in the workspace that made it. Whoever "
            "runs this Standfirst can change that: Manage Distribution, in the app's "
            "settings on Slack.",
        ),
    ),
    "org": (
        "Choose one workspace",
        (
            "The app was about to be installed for a whole organisation, which "
            "Standfirst does not do. Nothing was installed: choose a workspace of it.",
        ),
    ),
    "not_kept": (
        "It could not be kept",
        (
            "Slack agreed, but this Standfirst could not write it down. Nothing was "
            "installed. Try again in a minute.",
        ),
    ),
}


def _finalize(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return inert(value)
    return value
