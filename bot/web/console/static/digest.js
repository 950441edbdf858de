// The live parts of a digest's page. Without this script its buttons do the same.

const form = document.querySelector("[data-live-form]");
const status = document.getElementById("unsaved");
const PAUSE = 120;
const asked = new Map();
let waiting, again;

/** Send the whole form and put the parts of the answer in their places. */
async function load(address, ids) {
  const number = (asked.get(ids) ?? 0) + 1;
  asked.set(ids, number);
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(new FormData(form)),
  });
  // A later change has been sent meanwhile.
  if (number !== asked.get(ids)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll(ids)) {
    const fresh = page.getElementById(old.id);
    if (!fresh) throw new Error(old.id);
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    old.replaceWith(document.adoptNode(fresh));
    fresh.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? one.open; });
  }
}

async function redraw() {
  clearTimeout(waiting);
  clearTimeout(again);
  const shown = document.getElementById("shown");
  shown.setAttribute("aria-busy", "true");
  try {
    await load(form.dataset.liveForm, "[data-live]");
    mark();
    markMistakes();
    // Pictures that were still being drawn.
    if (document.querySelector("#shown[data-again]")) again = setTimeout(redraw, 1500);
  } catch {
    status.textContent = form.dataset.failed;
  } finally {
    document.getElementById("shown").removeAttribute("aria-busy");
  }
}

const snapshot = () => new URLSearchParams(
  [...new FormData(form)].filter(([name]) => !["csrf", "event", "base", "day"].includes(name)),
).toString();

/** Mark the inputs beside which a mistake is explained. */
function markMistakes() {
  for (const said of document.querySelectorAll("[id$='-said']")) {
    const name = said.id.slice(0, -"-said".length);
    const input = document.getElementById(name) ?? document.getElementById(`${name}-new`);
    const wrong = said.children.length > 0;
    said.closest(".field")?.classList.toggle("wrong", wrong);
    if (wrong) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
  }
}

/** Say whether something is not saved yet. */
function mark() {
  status.textContent = snapshot() === saved ? "" : form.dataset.changed;
}

function later() {
  mark();
  clearTimeout(waiting);
  waiting = setTimeout(redraw, PAUSE);
}

const saved = document.querySelector(".note.problem, [data-unsaved]") ? "" : snapshot();
form.addEventListener("input", later);
for (const day of document.querySelectorAll("[name=day]")) day.addEventListener("change", redraw);
for (const button of form.querySelectorAll("[formaction*='/preview#']")) button.hidden = true;
window.addEventListener("beforeunload", (event) => {
  if (!sending && snapshot() !== saved) event.preventDefault();
});
let sending = false;
form.addEventListener("submit", () => { sending = true; });

// ── sections: buttons, and Alt with the arrow keys ──────────────────────────────

for (const list of document.querySelectorAll("[data-sections]")) {
  const rows = list.querySelector("ol");
  const usual = list.querySelector("[name$='-usual']");

  function move(row, up) {
    const beside = up ? row.previousElementSibling : row.nextElementSibling;
    if (!beside) return;
    if (up) beside.before(row); else beside.after(row);
    usual.checked = false;
    const place = [...rows.children].indexOf(row) + 1;
    const name = row.querySelector("label").textContent.trim();
    status.textContent = list.dataset.moved.replace("{section}", name).replace("{n}", place);
    setTimeout(later, 400);
  }

  rows.addEventListener("click", (event) => {
    const button = event.target.closest(".move");
    if (!button) return;
    event.preventDefault();
    move(button.closest("li"), button.value.endsWith(" up"));
    button.focus();
  });
  rows.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const at = document.activeElement;
    move(at.closest("li"), event.key === "ArrowUp");
    at.focus();
  });
  rows.addEventListener("change", () => { usual.checked = false; });
}

// ── the dry run, and copying ────────────────────────────────────────────────────

for (const button of document.querySelectorAll("[data-fill]")) {
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    const place = document.getElementById(button.dataset.fill);
    place.setAttribute("aria-busy", "true");
    try {
      await load(button.formAction, `#${button.dataset.fill}`);
    } catch {
      status.textContent = form.dataset.failed;
    }
    document.getElementById(button.dataset.fill).removeAttribute("aria-busy");
  });
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.copied;
  });
}

redraw();
