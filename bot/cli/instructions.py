"""What somebody has to do outside of Standfirst, in steps with links: texts only."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

PORTAL = "https://discord.com/developers/applications"


def discord_app() -> str:
    """Where the bot and its token come from."""
    return f"""
Discord, step 1 of 3: the application and its token
  1. Open {PORTAL}
     and press «New Application». A name is all that it needs.
  2. Under «Bot», leave the three «Privileged Gateway Intents» off: the bot reads
     nobody's messages.
  3. There, press «Reset Token» and copy what it shows.
"""


def discord_invitation(link: str, asked: Sequence[tuple[int, str, str]]) -> str:
    """How the bot comes to a server, and why it asks for what it asks for."""
    rows = [f"     {bit:>12}  {name}: {why}" for bit, name, why in asked]
    total = sum(bit for bit, _, _ in asked)
    return "\n".join(
        [
            "",
            "Discord, step 2 of 3: the invitation",
            "  Open this address, choose your server, and press «Authorise»:",
            f"  {link}",
            "  It asks for these permissions:",
            *rows,
            f"     {total:>12}  together",
            "",
        ]
    )


def slack_app(link: str, scopes: Sequence[str]) -> str:
    """How the app is made, and why it asks for what it asks for."""
    rows = [f"       {line}" for line in scopes]
    return "\n".join(
        [
            "",
            "Slack, step 1 of 3: the app",
            "  1. Open this address, with the app's manifest in it. Choose your",
            "     workspace, press «Next», then «Create»:",
            f"  {link}",
            "  2. Under «Install App», press «Install to Workspace» and allow it.",
            "     It asks for these scopes:",
            *rows,
            "",
        ]
    )


def slack_manifest(made: Mapping[str, Any]) -> str:
    """The manifest, to be pasted where the address does not work."""
    return (
        "At https://api.slack.com/apps: «Create New App», «From a manifest», and paste:"
        f"\n{json.dumps(made, indent=1, ensure_ascii=False)}"
    )


SLACK_BOT = """
Slack, step 2 of 3: two tokens
  The first stands under «OAuth & Permissions»: «Bot User OAuth Token», xoxb-…
"""
SLACK_APP = """
  The second is made under «Basic Information», «App-Level Tokens», «Generate Token and
  Scopes»: give it any name and the scope connections:write. It begins with xapp-, and
  lets the bot connect to Slack, so that it needs no public address.
"""


def finish(platform: str, source: str, schedule: str, done: bool) -> str:
    """What to run, and what to type then.

    Args:
        platform: «local», «discord» or «slack».
        source: A pack or an address; "" = none was chosen.
        schedule: A sentence; "" = none was chosen.
        done: The digest is set up already.
    """
    typed = _setup(platform, source, schedule)
    lines = ["", "Now run this:", "  standfirst run", ""]
    if platform == "local" and done:
        lines += [
            "It prints an address: open it, and type",
            "  /newsdesk preview",
            "to see the edition as it would be now; /newsdesk post posts it.",
        ]
    elif platform == "local":
        lines += ["It prints an address: open it, and type", f"  {typed}"]
    elif platform == "discord":
        lines += ["Then type this in the channel that the news is for:", f"  {typed}"]
    else:
        lines += [
            "Then type this in the channel that the news is for:",
            "  /invite @Standfirst",
            f"  {typed}",
        ]
    if not done:
        lines += ["It shows the first edition before anything is saved."]
    return "\n".join([*lines, "", "Later, `standfirst doctor` says how all of it is."])


#: What the digest is called that the first set-up makes.
NAME = "News brief"
LAST = "Step 3 of 3: what to read, and when"


def _setup(platform: str, source: str, schedule: str) -> str:
    """The command with what was answered, as each platform takes it."""
    if not source:
        return "/newsdesk setup"
    if platform == "discord":
        when = f" schedule:{schedule}" if schedule else ""
        return f"/newsdesk setup name:{NAME} source:{source}{when}"
    when = f' "{schedule}"' if schedule else ""
    return f'/newsdesk setup "{NAME}" {source}{when}'
