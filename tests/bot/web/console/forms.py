"""Fill in and send the forms of a page, as a browser does."""

from urllib.parse import urlencode

from selectolax.lexbor import LexborNode

from tests.bot.web.asgi import FORM, OURS, SAME, Answer, Browser

Fields = list[tuple[str, str]]


def read_form(page: Answer, selector: str = "form#digest") -> Fields:
    """All that the browser would send of a form, in the order of the page."""
    form = page.tree.css_first(selector)
    assert form is not None, page.text[:800]
    fields: Fields = []
    for node in form.css("input, select, textarea"):
        name = node.attributes.get("name")
        if name:
            fields += [(name, value) for value in _list_values(node)]
    return fields


def _list_values(node: LexborNode) -> list[str]:
    attributes = node.attributes
    if node.tag == "textarea":
        return [(node.text() or "").removeprefix("\n")]
    if node.tag == "select":
        options = node.css("option")
        chosen = [one for one in options if "selected" in one.attributes]
        return [one.attributes.get("value") or "" for one in (chosen or options[:1])]
    if attributes.get("type") in ("checkbox", "radio") and "checked" not in attributes:
        return []
    return [attributes.get("value") or ""]


def text_of(page: Answer, selector: str) -> str:
    """The text of the first node; it must be there."""
    node = page.tree.css_first(selector)
    assert node is not None, page.text[:800]
    return node.text() or ""


def fill(fields: Fields, **changes: str | list[str] | None) -> Fields:
    """The fields with others; «set__stories» stands for «set-stories»."""
    named = {name.replace("__", "-"): value for name, value in changes.items()}
    kept = [(name, value) for name, value in fields if name not in named]
    for name, value in named.items():
        values = value if isinstance(value, list) else [value]
        kept += [(name, one) for one in values if one is not None]
    return kept


async def send(browser: Browser, path: str, fields: Fields) -> Answer:
    """Post the fields, some of which may have several values."""
    headers = OURS | FORM | SAME
    return await browser.send("POST", path, urlencode(fields).encode(), headers)
