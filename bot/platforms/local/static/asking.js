// Sends commands and controls in the background and puts the answer under them, or in
// their place if it says so. The focus stays where it is after typing; after a button it
// goes to the answer.
import { elementOf, say } from "./say.js";

const messages = document.getElementById("messages");
const command = document.getElementById("command");
// A form that was opened from a page, and that page: what the form changes, it shows.
const openedFrom = new WeakMap();

export function answerForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-dismiss]")) {
      event.preventDefault();
      dismiss(form.closest(".answer"));
    } else if (form.matches("[data-ask]")) {
      event.preventDefault();
      if (form.getAttribute("aria-busy") !== "true") ask(form, event.submitter);
    }
  });
}

async function ask(form, submitter) {
  const typed = form.id === "composer";
  const fields = new URLSearchParams(new FormData(form, submitter));
  if (typed && !fields.get("line").trim()) return;
  fields.set("event", oneTimeWord());
  if (submitter?.name === "control") fields.set("label", submitter.firstElementChild?.textContent ?? submitter.textContent);
  form.setAttribute("aria-busy", "true");
  form.classList.add("busy");
  try {
    const answer = await answerTo(form.action.split("#")[0], fields);
    if (typed) {
      command.value = "";
      command.dispatchEvent(new Event("sent"));
    }
    show(answer, form, typed);
  } finally {
    form.removeAttribute("aria-busy");
    form.classList.remove("busy");
  }
}

async function answerTo(address, fields) {
  let response;
  try {
    response = await fetch(address, { method: "POST", body: fields, headers: { "x-standfirst-fragment": "1" } });
  } catch {
    return trouble(document.body.dataset.away);
  }
  const html = await response.text();
  if (response.ok) return elementOf(html);
  const page = new DOMParser().parseFromString(html, "text/html");
  return trouble(page.querySelector(".sentence")?.textContent ?? document.body.dataset.failed);
}

function trouble(sentence) {
  const answer = elementOf('<section class="answer" tabindex="-1"><div class="reply problem"><p></p></div></section>');
  answer.querySelector("p").textContent = sentence;
  answer.setAttribute("aria-label", sentence);
  return answer;
}

function show(answer, form, typed) {
  for (const old of document.querySelectorAll("#answer")) old.removeAttribute("id");
  place(answer, form);
  document.getElementById("empty")?.remove();
  answer.classList.add("fresh");
  const firstField = answer.querySelector("[aria-invalid], .field input, .field select, .field textarea");
  if (firstField) firstField.focus({ preventScroll: true });
  else if (!typed) answer.focus({ preventScroll: true });
  answer.scrollIntoView({ block: tall(answer) ? "start" : "nearest" });
  say(spoken(answer));
  if (answer.matches("[data-in-place]")) showNewChannels();
}

// A change may have made a channel: it is listed without a reload.
async function showNewChannels() {
  const list = document.querySelector(".channel-list");
  const response = await fetch(location.pathname).catch(() => null);
  if (!list || !response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.querySelectorAll(".channel-list > li");
  if (found.length === list.children.length) return;
  for (const link of page.querySelectorAll(".channel-list [aria-current]")) {
    if (link.dataset.channel !== document.body.dataset.channel) link.removeAttribute("aria-current");
  }
  list.replaceChildren(...found);
}

function place(answer, form) {
  const from = form.closest(".answer");
  const page = openedFrom.get(from) ?? from;
  if (from && answer.matches("[data-in-place]")) {
    if (page !== from && page.isConnected) {
      page.replaceWith(answer);
      from.remove();
    } else from.replaceWith(answer);
    return;
  }
  if (form.matches(".questions")) from.replaceWith(answer);
  else messages.append(answer);
  if (from && answer.querySelector(".questions")) openedFrom.set(answer, page);
}

function tall(answer) {
  return answer.offsetHeight > innerHeight * 0.6;
}

function spoken(answer) {
  const parts = answer.querySelectorAll(".reply .trouble, .reply .reply-title, .reply .said");
  const text = [...parts].map((part) => part.textContent.trim()).join(". ");
  return (text || answer.getAttribute("aria-label") || "").slice(0, 300);
}

function dismiss(answer) {
  answer.remove();
  command.focus();
}

function oneTimeWord() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
