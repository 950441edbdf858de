"""`/newsdesk style`: how many stories, how long, which sections."""

from collections.abc import Mapping
from typing import Annotated

from bot.commands.arguments import DigestArgument
from bot.commands.changes import (
    get_previews,
    propose,
    render_effect,
    render_proposal,
    request_settings,
)
from bot.commands.context import CommandContext
from bot.commands.declaration import command
from bot.commands.digest_requests import LANGUAGE_OPTION, STORIES_OPTION
from bot.commands.forms import Option
from bot.configuration import layout_settings
from bot.configuration.change_steps import ConfigurationChange
from bot.configuration.settings import DEFAULT_DIGEST
from bot.errors import FieldError, UserError
from bot.model import (
    Block,
    Digest,
    Form,
    LayoutSettings,
    Paragraph,
    RenderedEdition,
    Reply,
    SmallPrint,
    layout_from_settings,
)


@command(
    "newsdesk style",
    "How many stories, how long, which sections",
    "/newsdesk style",
    "/newsdesk style stories=7 corrections=tell",
    "/newsdesk style summary=long quotes=2 brief=0",
    '/newsdesk style sections="summary, figures, quotes, also"',
)
async def change_style(
    context: CommandContext,
    *,
    stories: Annotated[str, STORIES_OPTION] = "",
    summary: Annotated[
        str,
        Option(
            description="How much is told of each story",
            choices=("short", "medium", "long"),
        ),
    ] = "",
    quotes: Annotated[
        str, Option(description="Quotes with a story, 0 to 5; 0: none")
    ] = "",
    brief: Annotated[
        str, Option(description="Lines under «also in brief», 0 to 12; 0: none")
    ] = "",
    figures: Annotated[
        str,
        Option(description="Whether figures stand with a story", choices=("yes", "no")),
    ] = "",
    sections: Annotated[
        str,
        Option(
            description="In order: summary, matters, quotes, figures, also; usual",
            completes="section",
        ),
    ] = "",
    language: Annotated[str, LANGUAGE_OPTION] = "",
    corrections: Annotated[
        str,
        Option(
            description="edit: in the posts; tell: only listed; off: nothing",
            choices=("edit", "tell", "off"),
        ),
    ] = "",
    digest: DigestArgument,
) -> Reply | Form:
    """Propose another style; without any option, ask with the present one."""
    given = {
        "stories": stories,
        "summary": summary,
        "quotes": quotes,
        "brief": brief,
        "figures": figures,
        "sections": sections,
        "language": language,
        "corrections": corrections,
    }
    wanted: dict[str, object] = {name: said for name, said in given.items() if said}
    if not wanted:
        return context.form(_list_current_values(digest))
    if sections:
        wanted = _parse_sections(digest.look, wanted)
    change = await propose(context, request_settings(digest, wanted))
    return render_proposal(
        context,
        change,
        *await render_effect(context, change),
        *await _render_layout(context, change),
    )


def _list_current_values(digest: Digest) -> dict[str, str]:
    """The present style; a form has room for these questions."""
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
    """The settings with the sections parsed.

    A section that is chosen again although its setting was none gets the default back,
    unless the same command sets it.
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
    context: CommandContext, change: ConfigurationChange
) -> tuple[Block, ...]:
    """What the next edition looks like, and an edition to see it in."""
    (step,) = change.steps
    layout = layout_from_settings(step.after)
    if layout.sections is None and not layout_settings.is_layout_changed(
        step.before, step.after
    ):
        return ()
    description = Paragraph(text=layout_settings.describe_layout(layout, context.texts))
    sketch = await get_previews(context).preview_layout(change.workspace, step)
    if sketch is None or not sketch.parts:
        return (description,)
    label = (
        context.say("Nothing is new right now. The last edition would look like this:")
        if sketch.posted
        else context.say("The next edition would look like this, as things are:")
    )
    return (description, SmallPrint(text=label), RenderedEdition(parts=sketch.parts))
