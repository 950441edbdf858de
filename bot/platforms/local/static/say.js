// One line for people who do not see the page; never more than a few are kept.
const log = document.getElementById("log");

export function say(text) {
  const line = document.createElement("p");
  line.textContent = text;
  log.append(line);
  while (log.children.length > 5) log.firstChild.remove();
}

// Our own server's fragment as an element. A template's content is inert: no script
// in it runs, no picture loads before it is put into the page.
export function elementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}
