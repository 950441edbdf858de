"""Texts that try to become more than text on Discord, and a strategy for others."""

from hypothesis import strategies as st

STRINGS = (
    "@everyone", "@here", "<@123456789012345678>", "<@!123456789012345678>",
    "<@&123456789012345678>", "<#123456789012345678>", "<id:customize>",
    "</news latest:123456789012345678>", "<t:1700000000:R>", "<:party:123456789>",
    "<a:party:123456789>", ":smile:", ":a:b:c:", "[good.example](https://evil.example)",
    "[good.example](<https://evil.example>)", "https://evil.example/x",
    "<https://evil.example>", "steam://run/1", "||spoiler||", "**bold**", "__under__",
    "~~gone~~", "*em*", "_em_", "`code`", "```\ncode\n```", "# heading", "## heading",
    "### heading", "-# small", "> quote", ">>> quote", "- item", "* item", "+ item",
    "1. item", "1) item", "\n# heading", "\n-# small", "\n> quote", "\n  - item",
    "\\", "\\\\", "\\*", "\\<@1>", "*", "**", "||", "`", "[", "](", "<", ">", "#",
    "\u202e", "\u2066evil\u2069", "\U000e0041", "\r# heading", "\r\n> quote",
)  # fmt: skip

#: A few of them in a row, with plain text between.
texts = st.lists(
    st.one_of(st.sampled_from(STRINGS), st.text(max_size=8)), min_size=1, max_size=6
).map("".join)
