/* One proposal accepted brings the page anew: what was written and unticked in the other rows is
   put back. The tab remembers it for that one load. */
const KEY = "kept-proposals";
const form = document.querySelector("form[data-proposals]");
const fields = () => form.querySelectorAll("[name=customer], [name^=target-], [name=reason]");
const nameOf = (field) => (field.type === "checkbox" ? field.id : field.name);

form?.addEventListener("submit", (event) => {
  if (event.submitter?.name !== "only") return;
  const written = [...fields()].map((field) => [nameOf(field), field.type === "checkbox" ? field.checked : field.value]);
  sessionStorage.setItem(KEY, JSON.stringify({ place: form.dataset.proposals, written }));
});

const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
sessionStorage.removeItem(KEY);
if (form && kept?.place === form.dataset.proposals) {
  const written = new Map(kept.written);
  for (const field of fields()) {
    const value = written.get(nameOf(field));
    if (typeof value === "boolean") field.checked = value;
    else if (typeof value === "string") field.value = value;
  }
}
