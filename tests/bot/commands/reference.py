"""The page of all commands, from the registry; `tests.docs.reference` writes it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bot.commands.help_pages import NAMES, FormerCommand, read_former_commands
from bot.i18n.translation import Texts
from bot.model import Command, CommandOption, Permission
from bot.platforms.discord.commands import build_command_tree
from tests.bot.commands.examples import parse_complete
from tests.docs.markdown import format_table

_HEAD: Final[Mapping[str, str]] = {
    "en": """\
# Commands

Every command, who may use it, and realistic examples. The commands, their words and
their permissions are the same on every platform. *Everyone* means the members of a
workspace; *editors* are the people who manage it on its platform, and those added with
`/newsdesk access grant`. The permission is checked for every command and every button.

Every change is previewed before it is applied, recorded in `/newsdesk history` with the
values before and after, and can be reverted there.

*Slash* means the platform's own menu, with fields and completion; *typed* is the same
line typed with a slash, as Slack and the local page accept it. If a required option is
missing, a form asks for it. An *attachment* is an option on Discord (`attachment`), and
a question of the form on Discord and Slack; on the local page, paste the text.

""",
    "de": """\
# Befehle

Jeder Befehl, wer ihn benutzen darf, und Beispiele. Befehle, Wörter und Rechte sind auf
allen Plattformen dieselben; getippt wird Englisch. *Alle* sind die Mitglieder eines
Arbeitsbereichs; die *Redaktion* sind die Leute, die ihn auf seiner Plattform verwalten,
und die, denen `/newsdesk access grant` das Recht gibt. Geprüft wird das Recht bei jedem
Befehl und jedem Knopf.

Jede Änderung wird gezeigt, bevor sie gilt, steht mit dem alten und dem neuen Wert in
`/newsdesk history` und kann dort zurückgenommen werden.

*Slash* ist das Menü der Plattform mit Feldern und Vorschlägen; *getippt* ist dieselbe
Zeile mit einem Schrägstrich, wie Slack und die lokale Seite sie annehmen. Fehlt eine
nötige Angabe, fragt ein Formular danach.

""",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {},
    "de": {
        "command": "Befehl",
        "who": "wer",
        "what it does": "was er tut",
        "options": "Angaben",
        "Slack, local page": "Slack, lokale Seite",
        "everyone": "alle",
        "editors": "Redaktion",
        "slash": "Slash",
        "typed": "getippt",
        " (optional)": " (kann fehlen)",
        " (or an attachment)": " (oder ein Anhang)",
        "Examples": "Beispiele",
    },
}
_TITLES: Final = (
    "command", "who", "Discord", "Slack, local page", "what it does", "options",
)  # fmt: skip
_FORMER: Final = """\

## Commands of the first release

There were 69; where each is now. An arrow is a press: a button, or a choice in a menu.

| former command | now | for example |
|---|---|---|
"""
#: Discord's types of a subcommand and of a group of them.
_NESTED = (1, 2)
WHO = {Permission.EVERYONE: "everyone", Permission.EDITOR: "editors"}


def reference(commands: Iterable[Command], language: str) -> str:
    """The page: a table of all commands, then their examples.

    The commands of the first release, and where they are now, are listed in English.
    """
    listed = [command for command in commands if command.typed]
    word = _WORDS[language].get
    texts = Texts.of(language)
    rows = [[word(cell, cell) for cell in _row(one, listed, texts)] for one in listed]
    table = format_table([word(title, title) for title in _TITLES], rows)
    examples = "".join(_examples(command) for command in listed)
    title = word("Examples", "Examples")
    page = f"{_HEAD[language]}{table}\n## {title}\n\n{examples}"
    former = "".join(map(_former_row, read_former_commands().values()))
    return page if language != "en" else f"{page}{_FORMER}{former}"


def _former_row(row: FormerCommand) -> str:
    if not row.is_moved:
        return f"| `/{row.path}` | the same | |\n"
    labels = row.list_labels(Texts.of("en"))
    steps = [f"`/{row.now}`", *(NAMES.get(label, label) for label in labels)]
    example = f" `{row.example}` " if row.example else " "
    return f"| `/{row.path}` | {' → '.join(steps)} |{example}|\n"


def _row(command: Command, every: Sequence[Command], texts: Texts) -> tuple[str, ...]:
    word = _WORDS[texts.locale].get
    options = (f"`{o.name}`{word(_how(o), _how(o))}" for o in command.options)
    return (
        f"`/{command.path}`",
        WHO[command.permission],
        "slash" if command.path in _in_the_menu(every) else "–",
        _typed(command, every),
        texts.word(command.description),
        ", ".join(options),
    )


def _how(option: CommandOption) -> str:
    if option.attachable:
        return " (or an attachment)"
    return "" if option.required else " (optional)"


def _in_the_menu(commands: Sequence[Command]) -> set[str]:
    """The commands in the form in which Discord gets them."""
    return {
        " ".join(path)
        for root in build_command_tree(commands)
        for path in _leaves(root)
    }


def _leaves(entry: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    below = [o for o in entry.get("options", ()) if o["type"] in _NESTED]
    for option in below:
        for path in _leaves(option):
            yield (entry["name"], *path)
    if not below:
        yield (entry["name"],)


def _typed(command: Command, commands: Sequence[Command]) -> str:
    """Whether the command's example parses to the command without a remainder."""
    call = parse_complete(command.examples[0], commands)
    return "typed" if call is not None and call.path == command.path else "–"


def _examples(command: Command) -> str:
    return "".join(f"- `{example}`\n" for example in command.examples)
