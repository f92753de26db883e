/*
 * data-focus: takes the focus when the page comes (a summary of errors). data-once: a form whose
 * button is pressed twice is sent once. data-unsaved: leaving with something typed asks first.
 * data-toast: goes by itself after a while, unless somebody reads or holds it.
 */
const changed = new Set();

document.querySelector("[data-focus]")?.focus();

document.addEventListener("submit", (event) => {
  const form = event.target;
  changed.delete(form);
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-unsaved]");
  if (form) changed.add(form);
});

addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

/* Coming back by the browser's own way: the form may be sent again. */
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

const SHOWN = 8000;
const seen = new WeakSet();

function watch(toast) {
  if (seen.has(toast)) return;
  seen.add(toast);
  const fade = () => {
    if (toast.matches(":hover, :focus-within")) setTimeout(fade, SHOWN);
    else toast.remove();
  };
  if (toast.querySelector("form")) setTimeout(fade, SHOWN);
  else setTimeout(fade, SHOWN / 2 + 2000);
}

const watchAll = () => document.querySelectorAll("[data-toast]").forEach(watch);
document.addEventListener("htmx:afterSettle", watchAll);
document.addEventListener("toasts-changed", watchAll);
watchAll();
