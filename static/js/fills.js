/* a[data-fills]: its JSON names fields and values, and fills them in instead of a new page. */
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-fills]");
  const form = link?.closest("form");
  if (!form || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const [name, value] of Object.entries(JSON.parse(link.dataset.fills))) {
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
  }
});
