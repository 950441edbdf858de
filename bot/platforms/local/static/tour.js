// The demo's tour: one step at a time, each with the part of the page that it is about.
// It is shown until it was finished or skipped, takes no focus, and moves nothing by itself.
const KEY = "standfirst-tour";
const tour = document.getElementById("tour");
const again = document.getElementById("tour-again");
const next = tour.querySelector("[data-next]");
const steps = [...tour.querySelectorAll("[data-shows]")];
const label = next.textContent;
let at = -1;

const remember = (value) => { try { localStorage.setItem(KEY, value); } catch { /* it is shown again */ } };
const recall = () => { try { return localStorage.getItem(KEY); } catch { return null; } };

function show(step) {
  document.querySelector(".toured")?.classList.remove("toured");
  at = step;
  steps.forEach((one, number) => { one.hidden = number !== step; });
  const going = step >= 0 && step < steps.length;
  tour.hidden = !going;
  again.hidden = going;
  if (!going) return;
  next.textContent = step === steps.length - 1 ? next.dataset.last : label;
  // On a narrow screen the tour is in the drawer: nothing is marked while that is closed.
  if (!tour.getClientRects().length) return;
  const target = document.querySelector(steps[step].dataset.shows);
  target?.classList.add("toured");
  // Only after a press: the page opens at its newest message.
  if (step > 0) target?.scrollIntoView({ block: "center", behavior: "instant" });
}

function end() {
  remember("done");
  show(-1);
  again.focus();
}

next.addEventListener("click", () => (at === steps.length - 1 ? end() : show(at + 1)));
tour.querySelector("[data-skip]").addEventListener("click", end);
tour.addEventListener("keydown", ({ key }) => { if (key === "Escape") end(); });
again.addEventListener("click", () => { show(0); next.focus(); });
show(recall() === "done" ? -1 : 0);
