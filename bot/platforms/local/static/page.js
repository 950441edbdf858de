// The page's script: live messages, answers in place, completion. All of the page
// works without it.
import { answerForms } from "./asking.js";
import { completeIn } from "./box.js";
import { listen } from "./live.js";

// A picture that is no longer there leaves its words, and no sign of its absence.
const hide = (image) => { image.hidden = true; };
addEventListener("error", ({ target }) => { if (target instanceof HTMLImageElement) hide(target); }, true);
for (const image of document.images) if (image.complete && !image.naturalWidth) hide(image);

answerForms();
completeIn(document.getElementById("command"), document.getElementById("suggestions"));
if (document.body.dataset.channel) listen(document.body.dataset.channel);

// A chat opens at its newest message: at its beginning, which is where reading starts.
const blocks = document.querySelectorAll(".message, .answer");
if (blocks.length > 1 && !location.hash) blocks[blocks.length - 1].scrollIntoView({ block: "start", behavior: "instant" });
