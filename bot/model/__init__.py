"""Data model of the bot: frozen, keyword-only dataclasses, grouped by subject.

The names imported here are public.
"""

from bot.model.digest import Destination, Digest, Source, SourceKind, StoredArticle
from bot.model.edition import (
    PREVIEW_ID,
    PUBLISHABLE_FOR,
    SEPARATE_KEY,
    Delivery,
    DeliveryState,
    DraftFrame,
    DueMoment,
    EditionKey,
    LocalMessage,
    MessagePart,
    Occurrence,
    OccurrenceState,
    Operation,
    Payload,
    Picture,
    PictureRef,
    RenderContext,
    StoredEdition,
    Upload,
    UploadState,
    context_from_json,
    context_to_json,
)
from bot.model.findings import (
    DestinationProblem,
    Finding,
    JobName,
    JobStatus,
    Measurement,
    PlatformCheck,
    PlatformIdentity,
)
from bot.model.invocation import (
    ATTACHMENT_HINT,
    ATTACHMENT_LIMIT,
    Attachment,
    Command,
    CommandOption,
    Inbox,
    Invocation,
    file_origin,
)
from bot.model.reply import (
    LISTING_LENGTH,
    MAX_MENU_OPTIONS,
    Block,
    Control,
    ControlMenu,
    Discussion,
    Document,
    FactTable,
    Form,
    FormField,
    ListItem,
    MenuOption,
    Paragraph,
    PictureBlock,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
)
from bot.model.scope import PersonScope, PlatformName, Scope, Scoped
from bot.model.sections import USUAL_SECTIONS, complete_sections, parse_sections
from bot.model.setting_info import (
    Setting,
    SettingGroup,
    ValueKind,
    get_setting,
    list_chat_settings,
    list_settings,
)
from bot.model.settings import (
    DEFAULT_DIGEST,
    DEFAULT_POST_OPTIONS,
    EDITOR_PATTERN,
    DestinationSettings,
    DigestOptions,
    DigestSettings,
    FullTextUse,
    PostOptions,
    SettingsEntry,
    SettingsModel,
    WorkspaceSettings,
)
from bot.model.workspace import (
    LOCAL_PLATFORM,
    PERSON_PREFIX,
    AppInstallation,
    InstallationTokens,
    Location,
    Permission,
    Person,
    Workspace,
)
