// A chat opens at its newest message: at its beginning, which is where reading starts.
// The page is first painted there, so that pictures far above it are not loaded.
const blocks = document.querySelectorAll(".message, .answer");
if (blocks.length > 1 && !location.hash) blocks[blocks.length - 1].scrollIntoView({ block: "start", behavior: "instant" });
