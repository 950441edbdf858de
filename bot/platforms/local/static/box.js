// Completion for the command box: a combobox with a listbox (WAI-ARIA pattern). The
// focus never leaves the box. Tab completes only a word that is not complete yet, so
// that it always leads on when pressed again.
const DELAY = 70;

export function completeIn(input, list) {
  let offered = { start: 0, end: 0, items: [] };
  let active = -1;
  let timer = 0;
  let asked = null;

  const isOpen = () => !list.hidden;

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    list.replaceChildren();
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    active = index;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    const option = list.children[index];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function put(index) {
    const item = offered.items[index];
    if (!item) return;
    input.setRangeText(item.insert, offered.start, offered.end, "end");
    input.focus();
    close();
    later();
  }

  function open(found) {
    offered = found;
    list.replaceChildren(...found.items.map(optionOf));
    list.hidden = found.items.length === 0;
    input.setAttribute("aria-expanded", String(isOpen()));
    choose(-1);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(lookUp, DELAY);
  }

  async function lookUp() {
    const line = input.value;
    const caret = input.selectionStart ?? line.length;
    if (!line.startsWith("/")) return close();
    asked?.abort();
    asked = new AbortController();
    const query = new URLSearchParams({ line, caret, channel: document.body.dataset.channel });
    try {
      const response = await fetch(`/complete?${query}`, { signal: asked.signal });
      const found = await response.json();
      if (input.value === line && document.activeElement === input) open(found);
    } catch { /* a newer question took its place, or the bot is away */ }
  }

  function unfinished() {
    const { start, end, items } = offered;
    const word = input.value.slice(start, end);
    return items.length > 0 && word.trim() !== "" && items[0].insert.trim() !== word.trim();
  }

  input.addEventListener("input", later);
  input.addEventListener("sent", close);
  // Later, so that a click on a suggestion lands; not when the focus came back meanwhile.
  input.addEventListener("blur", () => setTimeout(() => document.activeElement === input || close(), 120));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    put([...list.children].indexOf(event.target.closest("li")));
  });
  input.addEventListener("keydown", (event) => {
    const last = offered.items.length - 1;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && !isOpen()) later();
    else if (event.key === "ArrowDown") choose(active >= last ? 0 : active + 1);
    else if (event.key === "ArrowUp" && isOpen()) choose(active <= 0 ? last : active - 1);
    else if (event.key === "Escape" && isOpen()) close();
    else if (event.key === "Enter" && isOpen() && active >= 0) put(active);
    else if (event.key === "Tab" && !event.shiftKey && isOpen() && (active >= 0 || unfinished())) put(Math.max(active, 0));
    else return;
    event.preventDefault();
  });
}

function optionOf(item, index) {
  const option = document.createElement("li");
  option.id = `suggestion-${index}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  for (const [name, text] of [["what", item.label], ["note", item.note]]) {
    if (!text) continue;
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    option.append(part, " ");
  }
  return option;
}
