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
