/* Contents from the headings, and tables that are open on paper. */

const contents = document.querySelector("nav");
for (const heading of document.querySelectorAll("h2")) {
  heading.id ||= heading.textContent.trim().toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const link = Object.assign(document.createElement("a"), { href: `#${heading.id}`, textContent: heading.textContent });
  const item = document.createElement("li");
  item.append(link);
  contents.querySelector("ul").append(item);
}
contents.hidden = false;

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open]):has(table)")];
  for (const each of opened) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of opened) each.open = false;
});
