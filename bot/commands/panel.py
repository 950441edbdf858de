"""What the pages of the control panel share: forms, menus of settings, the Back button.

A page is a control of the action `home` whose argument names it: «d12» a digest,
«d12:sources:2» the second page of its sources. Primary keys are always looked up within
the workspace of the person. Pages change nothing: what they lead to is proposed, shown
and confirmed like any other change.
"""

from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import replace

from bot.commands.context import CommandContext
from bot.configuration.diff import format_label, format_setting, shorten_line
from bot.errors import FieldError, UserError
from bot.model import (
    MAX_MENU_OPTIONS,
    Block,
    Control,
    ControlMenu,
    Digest,
    Form,
    FormField,
    MenuOption,
    Reply,
    SettingGroup,
    SettingsModel,
    list_chat_settings,
)
from bot.publishing.planning import digest_zone

Answers = Mapping[str, str]


def back_button(context: CommandContext, page: str = "") -> Control:
    """Build the button that leads back to a page; "" = the overview."""
    return context.button("Back", "home", page)


def build_page(
    context: CommandContext,
    title: str,
    blocks: Iterable[Block | str],
    controls: Sequence[Control] = (),
    menus: Sequence[ControlMenu] = (),
) -> Reply:
    """Build a page; it takes the place of the one whose control was pressed."""
    return context.reply(
        *blocks, title=title, controls=controls, menus=menus, in_place=True
    )


def build_problem(context: CommandContext, error: UserError, back: str = "") -> Reply:
    """Say in the place of a page why it cannot be opened, with the way to another."""
    problem = Reply.of_problem(context.texts.error(error))
    return replace(problem, controls=(back_button(context, back),), in_place=True)


def build_choice(
    context: CommandContext, page: str, name: str, note: str = ""
) -> MenuOption:
    """Build the choice that opens a page."""
    page_id = context.control_id("home", page)
    return MenuOption(id=page_id, label=shorten_label(name, 60), note=note)


def build_menu(label: str, options: Iterable[MenuOption]) -> tuple[ControlMenu, ...]:
    """Build menus with these choices, each of as many as a menu can have."""
    every = tuple(options)
    parts = [
        every[start : start + MAX_MENU_OPTIONS]
        for start in range(0, len(every), MAX_MENU_OPTIONS)
    ]
    return tuple(ControlMenu(label=label, options=part) for part in parts)


def list_setting_options(
    context: CommandContext,
    target: str,
    settings: SettingsModel,
    *groups: SettingGroup,
    without: Collection[str] = (),
) -> list[MenuOption]:
    """List the settings of some groups as choices, each with its present value.

    Args:
        context: The call.
        target: What has the settings: «d12» a digest, «p3» a destination, «w».
        settings: Its present settings.
        groups: The menus of the settings, in their order.
        without: Names of settings that are not offered.
    """
    entry = settings.to_entry()
    return [
        MenuOption(
            id=context.control_id("set", target, setting.name),
            label=shorten_label(format_label(setting, context.texts)),
            note=shorten_label(format_setting(setting, entry, context.texts), 60),
        )
        for group in groups
        for setting in list_chat_settings(type(settings))
        if setting.info.group == group and setting.name not in without
    ]


def build_form(
    context: CommandContext, page: str, title: str, fields: Iterable[FormField]
) -> Form:
    """Build a form that belongs to the page: submitting it opens it with answers."""
    return context.ask(title, fields, "home", page)


async def run_form(
    context: CommandContext,
    form: Form,
    respond: Callable[[Answers], Awaitable[Reply]],
) -> Reply | Form:
    """Show the form; with answers, respond to them, or show it with what is wrong."""
    if context.answers is None:
        return form
    given = {f.name: context.answers.get(f.name, "").strip() for f in form.fields}
    missing = [f.name for f in form.fields if f.required and not given[f.name]]
    if missing:
        said = context.say("This is required.")
        return _fill_form(form, given, dict.fromkeys(missing, said))
    try:
        return await respond(given)
    except FieldError as mistake:
        if mistake.field not in given:
            raise
        return _fill_form(form, given, {mistake.field: context.texts.error(mistake)})


def _fill_form(form: Form, given: Answers, errors: Mapping[str, str]) -> Form:
    fields = (
        replace(one, value=given[one.name], error=errors.get(one.name, ""))
        for one in form.fields
    )
    return replace(form, fields=tuple(fields))


def format_plan(context: CommandContext, digest: Digest) -> str:
    """Format when the digest is posted next, or that it is paused."""
    if digest.paused:
        return context.say("paused until somebody resumes it")
    when = context.format_next_due(digest)
    today = context.get_today(digest_zone(digest))
    if digest.paused_until is not None and digest.paused_until > today:
        day = context.texts.date(digest.paused_until)
        return context.say("paused until {day}; next: {when}", day=day, when=when)
    return when


def shorten_label(text: str, limit: int = 34) -> str:
    """Shorten a name for a button or a choice."""
    line = shorten_line(text)
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
