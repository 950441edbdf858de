"""`/newsdesk style`: how many stories, how long, which sections.

Its options and its form are the settings with `SettingInfo.offered_by` «style».
"""

from collections.abc import Mapping
from typing import Annotated

from bot.commands import CommandContext, OptionGroup, command
from bot.commands.arguments import DigestArgument
from bot.commands.changes import (
    get_previews,
    propose,
    render_effect,
    render_proposal,
    request_settings,
)
from bot.configuration import layout_settings
from bot.configuration.change_steps import ConfigurationChange
from bot.configuration.settings import format_form_values
from bot.errors import FieldError, UserError
from bot.model import (
    DEFAULT_DIGEST,
    Block,
    DigestOptions,
    DigestSettings,
    Form,
    Paragraph,
    RenderedEdition,
    Reply,
    parse_sections,
)


@command(
    "newsdesk style",
    "How many stories, how long, which sections",
    "",
    "stories=7 corrections=tell",
    "summary=long quotes=2 brief=0",
    'sections="summary, figures, quotes, also"',
)
async def change_style(
    context: CommandContext,
    settings: Annotated[Mapping[str, str], OptionGroup(DigestSettings, "style")],
    digest: DigestArgument,
) -> Reply | Form:
    """Propose another style; without options, show a form with the present one."""
    wanted: dict[str, object] = {**settings}
    if not wanted:
        present = format_form_values(digest.settings, "style form")
        return context.form({**present, "digest": digest.name})
    if "sections" in wanted:
        wanted = _fill_sections(digest.options, wanted)
    change = await propose(context, request_settings(digest, wanted))
    return render_proposal(
        context,
        change,
        *await render_effect(context, change),
        *await _render_layout(context, change),
    )


def _fill_sections(
    options: DigestOptions, wanted: Mapping[str, object]
) -> dict[str, object]:
    """Add the defaults of settings that would leave a newly chosen section empty."""
    try:
        chosen = parse_sections(str(wanted["sections"])) or ()
    except UserError as error:
        raise FieldError.of(error, field="sections") from None
    defaults = {
        setting: DEFAULT_DIGEST[setting]
        for section, setting in layout_settings.SECTION_SETTINGS.items()
        if section in chosen
        and section not in (options.sections or ())
        and not layout_settings.is_section_filled(options, section)
    }
    return {**defaults, **wanted}


async def _render_layout(
    context: CommandContext, change: ConfigurationChange
) -> tuple[Block, ...]:
    """Render the layout of the next edition, and an edition to see it in."""
    (step,) = change.steps
    after = DigestOptions.from_stored(step.after)
    if after.sections is None and not (step.before or {}).get("sections"):
        return ()
    description = Paragraph(text=layout_settings.describe_layout(after, context.texts))
    sketch = await get_previews(context).preview_layout(change.workspace, step)
    if sketch is None or not sketch.parts:
        return (description,)
    label = context.small_print("The next edition would look like this, as things are:")
    if sketch.posted:
        label = context.small_print(
            "Nothing is new right now. The last edition would look like this:"
        )
    return (description, label, RenderedEdition(parts=sketch.parts))
