// Messages as they come. The stream may break at any time: it takes up after the last
// message that was received. Nothing here moves the focus or the reader's place.
import { elementOf, say } from "./say.js";

const messages = document.getElementById("messages");
const connection = document.getElementById("connection");
const jump = document.getElementById("jump");
const AGAIN = 3000;

export function listen(channel) {
  let last = Number(document.body.dataset.newest);
  let lost = 0;

  function connect() {
    const stream = new EventSource(`/events?${new URLSearchParams({ channel, after: last })}`);
    const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data)));
    stream.addEventListener("open", () => {
      clearTimeout(lost);
      lost = 0;
      connection.textContent = "";
    });
    stream.addEventListener("error", () => {
      lost ||= setTimeout(() => { connection.textContent = connection.dataset.lost; }, AGAIN);
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, AGAIN);
    });
    on("post", (message) => {
      last = Math.max(last, message.id);
      if (put(message)) arrived(channel, message);
    });
    on("edit", put);
    on("delete", ({ id }) => document.getElementById(`m-${id}`)?.remove());
    on("present", ({ ids }) => keepOnly(ids));
    on("elsewhere", ({ channel: other, kind }) => { if (kind === "post") markUnread(other); });
    on("reload", () => location.reload());
    addEventListener("pagehide", () => stream.close(), { once: true });
  }

  addEventListener("pageshow", (event) => { if (event.persisted) connect(); });
  connect();
}

// Whether the page changed: what it has already in this version is left alone.
function put(message) {
  const old = document.getElementById(`m-${message.id}`);
  if (old?.dataset.version === message.version) return false;
  const fresh = elementOf(message.html);
  if (old) {
    for (const [i, more] of fresh.querySelectorAll("details").entries()) more.open = old.querySelectorAll("details")[i]?.open ?? false;
    if (old.contains(document.activeElement)) return later(old, message);
    old.replaceWith(fresh);
  } else {
    document.getElementById("empty")?.remove();
    fresh.classList.add("fresh");
    if (!messages.querySelector(".message")) showNewTries();
    messages.append(fresh);
  }
  return !old;
}

// The lines to try in an empty channel are others than those about an edition.
async function showNewTries() {
  const old = document.querySelector(".tries");
  const response = await fetch(location.pathname).catch(() => null);
  if (!response?.ok || old?.contains(document.activeElement)) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(".tries");
  if (fresh) old?.replaceWith(fresh);
}

// A message that somebody is in keeps still until they leave it.
function later(old, message) {
  old.addEventListener("focusout", () => setTimeout(() => put(message)), { once: true });
  return false;
}

function arrived(channel, message) {
  say(message.summary);
  remember(channel, message.id);
  const element = document.getElementById(`m-${message.id}`);
  if (element.getBoundingClientRect().top < innerHeight - 160) return;
  jump.href = `#m-${message.id}`;
  jump.hidden = false;
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    jump.hidden = true;
    observer.disconnect();
  }).observe(element);
}

function keepOnly(ids) {
  const kept = new Set(ids);
  const first = ids.length ? Math.min(...ids) : 0;
  for (const message of messages.querySelectorAll(".message")) {
    const id = Number(message.dataset.id);
    if (id >= first && !kept.has(id)) message.remove();
  }
}

function markUnread(channel) {
  const room = [...document.querySelectorAll(".channel-list a")].find((a) => a.dataset.channel === channel);
  if (!room || room.hasAttribute("aria-current")) return;
  room.classList.add("unread");
  room.querySelector("[data-unread-word]").hidden = false;
}

// The same cookie as the server's: channel → newest message seen.
function remember(channel, id) {
  const name = "standfirst_seen";
  const now = document.cookie.split("; ").find((c) => c.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const seen = new URLSearchParams(decodeURIComponent(now));
  seen.set(channel, id);
  document.cookie = `${name}=${encodeURIComponent(seen)}; Path=/; SameSite=Strict`;
}
