"""`/newsdesk style`: how many stories, how long, which sections."""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.changes import DIGEST_OPTION, render_effect, render_proposal
from bot.commands.context import CommandContext, texts_for
from bot.commands.digests import LANGUAGE_OPTION, STORIES_OPTION, request_settings
from bot.commands.forms import build_command_form, wrap_with_form
from bot.configuration import layout_settings
from bot.configuration.change_steps import ConfigurationChange
from bot.configuration.settings import DEFAULT_DIGEST
from bot.errors import FieldError, UserError
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    CommandOption,
    Digest,
    Form,
    Invocation,
    LayoutSettings,
    Paragraph,
    Permission,
    RenderedEdition,
    Reply,
    SmallPrint,
    layout_from_settings,
)
from digests.types import Sections

CORRECTIONS_OPTION = CommandOption(
    name="corrections",
    description="edit: in the posts; tell: only listed; off: nothing",
    choices=("edit", "tell", "off"),
)
SUMMARY_OPTION = CommandOption(
    name="summary",
    description="How much is told of each story",
    choices=("short", "medium", "long"),
)
QUOTES_OPTION = CommandOption(
    name="quotes", description="Quotes with a story, 0 to 5; 0: none"
)
FIGURES_OPTION = CommandOption(
    name="figures",
    description="Whether figures stand with a story",
    choices=("yes", "no"),
)
BRIEF_OPTION = CommandOption(
    name="brief", description="Lines under «also in brief», 0 to 12; 0: none"
)
SECTIONS_OPTION = CommandOption(
    name="sections",
    description="In order: summary, matters, quotes, figures, also; usual",
    completes="section",
)
STYLE_OPTIONS = (
    STORIES_OPTION,
    SUMMARY_OPTION,
    QUOTES_OPTION,
    BRIEF_OPTION,
    FIGURES_OPTION,
    SECTIONS_OPTION,
    LANGUAGE_OPTION,
    CORRECTIONS_OPTION,
)
#: What the form asks: as many as every platform takes.
FORM_OPTIONS = (
    STORIES_OPTION,
    SUMMARY_OPTION,
    QUOTES_OPTION,
    SECTIONS_OPTION,
    DIGEST_OPTION,
)


def build_style(context: CommandContext) -> Command:
    """The command over this desk."""

    async def run(invocation: Invocation) -> Reply | Form:
        args, texts = invocation.args, texts_for(invocation)
        digest = await context.archive.named(invocation.place, args.get("digest"))
        wanted: dict[str, object] = {
            option.name: args[option.name].strip()
            for option in STYLE_OPTIONS
            if args.get(option.name, "").strip()
        }
        if not wanted:
            asking = replace(command, options=FORM_OPTIONS)
            return build_command_form(asking, _list_current_values(digest), texts)
        if "sections" in wanted:
            wanted = _parse_sections(digest.look, wanted)
        change = await context.configuration.propose(
            invocation, request_settings(digest, wanted)
        )
        more = (
            *await render_effect(context, change, texts),
            *await _render_layout(context, change, texts),
        )
        return render_proposal(context, change, texts, *more)

    command = Command(
        path="newsdesk style",
        description="How many stories, how long, which sections",
        permission=Permission.EDITOR,
        run=run,
        options=(*STYLE_OPTIONS, DIGEST_OPTION),
        examples=(
            "/newsdesk style",
            "/newsdesk style stories=7 corrections=tell",
            "/newsdesk style summary=long quotes=2 brief=0",
            '/newsdesk style sections="summary, figures, quotes, also"',
        ),
    )
    return wrap_with_form(command)


def _list_current_values(digest: Digest) -> dict[str, str]:
    """How it is now."""
    chosen = digest.look.sections
    return {
        "digest": digest.name,
        "stories": str(digest.stories),
        "summary": digest.look.summary,
        "quotes": str(digest.look.quotes),
        "sections": layout_settings.USUAL_SECTIONS
        if chosen is None
        else ", ".join(chosen),
    }


def _parse_sections(
    look: LayoutSettings, wanted: Mapping[str, object]
) -> dict[str, object]:
    """The same with the sections read; one that was set to none comes back.

    Not where the same line says otherwise.
    """
    try:
        chosen = layout_settings.parse_sections(str(wanted["sections"]))
    except UserError as error:
        raise FieldError.of(error, field="sections") from None
    again = {
        setting: DEFAULT_DIGEST[setting]
        for section, setting in layout_settings.SECTION_SETTINGS.items()
        if section in (chosen or ())
        and section not in (look.sections or ())
        and not layout_settings.is_section_filled(look, section)
    }
    return {**again, **wanted, "sections": chosen and list(chosen)}


async def _render_layout(
    context: CommandContext, change: ConfigurationChange, texts: Texts
) -> tuple[Block, ...]:
    """What the next edition looks like, and an edition to see it in."""
    (step,) = change.steps
    chosen: Sections = layout_from_settings(step.after).sections
    if chosen is None and not layout_settings.is_layout_changed(
        step.before, step.after
    ):
        return ()
    description = Paragraph(
        text=layout_settings.describe_layout(layout_from_settings(step.after), texts)
    )
    sketch = await context.previews.preview_layout(change.workspace, step)
    if sketch is None or not sketch.parts:
        return (description,)
    label = (
        texts.say("Nothing is new at present. The last edition would look like this:")
        if sketch.posted
        else texts.say("The next edition would look like this, as things are:")
    )
    return (description, SmallPrint(text=label), RenderedEdition(parts=sketch.parts))
