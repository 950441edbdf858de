"""/newsdesk help: the editors' commands with what somebody would really type."""

from collections.abc import Callable

from bot.commands.news_help import one
from bot.commands.wording import texts_of
from bot.types import (
    Block,
    Command,
    Invocation,
    Line,
    Option,
    Permission,
    Reply,
    Small,
)


def build(commands: Callable[[], tuple[Command, ...]]) -> Command:
    """The command over the whole registry, itself included."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_of(invocation)
        wanted = invocation.args.get("command", "").strip().lstrip("/")
        known = [c for c in commands() if c.path.startswith("newsdesk ")]
        if wanted:
            return one(wanted, known, texts)
        first = Small(
            text=texts.say(
                "Every change is shown before it is made, and can be taken back. "
                "Begin with /newsdesk setup."
            )
        )
        lines: list[Block] = [
            Line(title=f"/{c.path}", text=texts.word(c.description)) for c in known
        ]
        last = Small(text=texts.say("More about one: /newsdesk help source add"))
        return Reply(title=texts.say("Help for editors"), blocks=(first, *lines, last))

    return Command(
        path="newsdesk help",
        description="What editors can do, with examples",
        permission=Permission.EDITOR,
        run=run,
        options=(
            Option(
                name="command",
                description="One command",
                rest=True,
                completes="command",
            ),
        ),
        examples=("/newsdesk help", "/newsdesk help source add"),
    )
