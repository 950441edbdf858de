// Follows the reading of sources that were added. Without it, «Look again» does the same.

const PAUSE = 2000;

async function look() {
  const old = document.getElementById("added");
  // Nothing is taken away from under somebody who is in it.
  if (!old.contains(document.activeElement)) {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("added");
    if (!fresh) return;
    const said = old.querySelector("[role=status]");
    const now = fresh.querySelector("[role=status]").textContent;
    // Announced only when it changes.
    if (said.textContent !== now) {
      said.textContent = now;
      fresh.querySelector("[role=status]").replaceWith(said);
      old.replaceChildren(...fresh.childNodes);
      old.toggleAttribute("data-again", fresh.hasAttribute("data-again"));
    }
  }
  follow();
}

function follow() {
  if (document.querySelector("#added[data-again]")) setTimeout(() => look().catch(follow), PAUSE);
}

follow();
