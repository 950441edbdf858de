"""The page of the settings of the process, with the words of `.env.example`."""

import re
from typing import Final

from pydantic import BaseModel

from bot.platforms.plugins import load_plugins
from bot.settings import SETTINGS_PREFIX, Settings, get_variable_name
from tests.docs.markdown import ROOT

#: The settings that each platform adds.
GROUPS: Final = {name: one.settings for name, one in load_plugins().items()}
EXAMPLE: Final = ROOT / ".env.example"
_LINE: Final = re.compile(rf"^#?({SETTINGS_PREFIX}[A-Z_]+)=", re.M)
_HEAD: Final = """\
# Settings

Settings of the process come from the environment, else from a file `.env` in the folder
in which Standfirst is started, else from `standfirst.toml` in the configuration folder
(`$XDG_CONFIG_HOME/standfirst`), where `STANDFIRST_WEB_PORT` is called `web_port`. None
is required: by default the data is one SQLite file in your user data folder. An empty
value counts as unset, and an unknown name is a warning. `standfirst doctor` says which
settings do not fit together.

What a digest, a destination or a workspace is set to is not here but among the
[options](options.md).
"""
_CHAPTERS: Final = {"": "Standfirst", "discord": "Discord", "slack": "Slack"}


def read_explanations() -> dict[str, str]:
    """Read the comment above each setting of the example file."""
    found: dict[str, str] = {}
    comment: list[str] = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if named := _LINE.match(line):
            found[named[1]], comment = " ".join(comment), []
        elif line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
        else:
            comment = []
    return found


def render_settings() -> str:
    """Render the page: the general settings, then those of each platform."""
    explained = read_explanations()
    groups: dict[str, type[BaseModel]] = {"": Settings, **GROUPS}
    chapters = []
    for platform, model in groups.items():
        prefix = f"{platform}_" if platform else ""
        entries = [
            _render(get_variable_name(prefix + name), model, name, explained)
            for name in model.model_fields
            if name != "platforms"
        ]
        if entries:
            chapters.append(f"## {_CHAPTERS[platform]}\n\n" + "\n".join(entries))
    return "\n".join([_HEAD, *chapters])


def _render(
    variable: str, model: type[BaseModel], name: str, explained: dict[str, str]
) -> str:
    field = model.model_fields[name]
    default = field.get_default()
    text = explained[variable].replace("<", "\\<")
    lines = [f"### {variable}", "", text]
    accepted = (field.description or "").rstrip(".")
    lines += ["", f"- Accepted: {accepted or 'a line of text'}."]
    if isinstance(default, str | int | float) and default != "":
        lines.append(f"- Default: `{default:g}`." if isinstance(default, float)
                     else f"- Default: `{default}`.")  # fmt: skip
    if not field.repr:
        lines.append("- Secret: it is never printed or logged.")
    return "\n".join([*lines, ""])
