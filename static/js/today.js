/*
 * Acting in the rows of Today. A form with errors comes back into its row; [data-form-close] takes
 * it away; what an act has settled for the same customer (data-of, data-left: the keys of what is
 * left) fades in its other rows.
 */
/* Looked up each time: a dialog that closes brings the list anew. */
const list = () => document.querySelector("[data-today]");
const MENDED = new Set([409, 422]);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (!MENDED.has(detail.xhr.status) || !detail.requestConfig.elt.closest("[data-today]")) return;
  detail.shouldSwap = true;
  detail.isError = false;
});

/* A form that opens closes the menu that it was chosen from; one that comes back may be sent again. */
document.addEventListener("htmx:afterSwap", (event) => {
  for (const menu of list()?.querySelectorAll("details[data-more][open]") ?? []) menu.open = false;
  event.detail.target?.querySelector?.("[data-focus]")?.focus();
});

document.addEventListener("htmx:oobAfterSwap", () => {
  const told = document.querySelector("#today-said [data-left]");
  if (!told || !list()) return;
  const left = new Set(told.dataset.left.split(" "));
  for (const row of list().querySelectorAll(`li[data-customer="${told.dataset.of}"]`)) {
    if (!left.has(row.id.slice("todo-".length))) row.classList.add("k-todo-settled");
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-form-close]");
  if (!button) return;
  const row = button.closest("li");
  button.closest(".k-todo-form").replaceChildren();
  row.querySelector(".k-todo-acts a, .k-todo-acts button")?.focus();
});

/* Without the network the form stays as it is, and may be sent again. */
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const form = event.detail.elt.closest?.("form[data-sent]");
    if (!form) return;
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}
