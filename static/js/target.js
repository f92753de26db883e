/*
 * The month plan's targets, edited where they stand. form[data-target] holds the target as the
 * server knows it. Enter saves, leaving a changed cell saves too, Esc restores, the arrows go from
 * row to row. A refusal (422) and a lost race (409) are rows like any other: they are swapped in,
 * with what was typed still there. [data-submits]: a choice that sends its form at once.
 */
const FORM = "form[data-target]";
const SHOWN = new Set([200, 409, 422]);
const held = new WeakSet(); // requests whose cell had the focus as they were answered
const typed = new WeakMap(); // what was typed on while a request was under way

const fieldOf = (form) => form.elements.target;
const reasonOf = (form) => form.elements.reason;
const texts = () => document.getElementById("plan-region").dataset;
const isDirty = (form) => fieldOf(form).value.trim() !== form.dataset.target;

function say(text) {
  document.getElementById("plan-status").textContent = text;
}

/* What is on the page but not saved shows its button, and is asked about before one leaves. */
function look(form) {
  form.toggleAttribute("data-dirty", isDirty(form));
}

function prepare() {
  for (const form of document.querySelectorAll(FORM)) {
    form.querySelector(".k-plan-save").tabIndex = -1;
    look(form);
  }
}

function restore(form) {
  if (!isDirty(form) && !form.hasAttribute("data-refused")) return;
  fieldOf(form).value = form.dataset.target;
  fieldOf(form).removeAttribute("aria-invalid");
  form.querySelectorAll(".k-plan-note").forEach((part) => part.remove());
  form.removeAttribute("data-refused");
  look(form);
  fieldOf(form).focus();
  fieldOf(form).select();
  say(texts().restored);
}

function goTo(form, step) {
  const forms = [...document.querySelectorAll(FORM)];
  const next = forms[forms.indexOf(form) + step];
  if (!next) return;
  fieldOf(next).focus();
  fieldOf(next).select();
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(FORM);
  if (!form || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    restore(form);
  } else if (event.target === fieldOf(form) && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    goTo(form, event.key === "ArrowDown" ? 1 : -1);
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.closest(FORM);
  if (!form) return;
  form.removeAttribute("data-refused");
  if (event.target === fieldOf(form)) look(form);
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest(FORM);
  if (!form || form.contains(event.relatedTarget) || form.hasAttribute("data-refused")) return;
  if (form.dataset.busy === undefined && isDirty(form)) form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const keep = event.target.closest("[data-keep]");
  if (keep) restore(keep.closest(FORM));
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

/* What did not change is not sent, and nothing is sent twice at a time. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches(FORM)) return;
  if (form.dataset.busy === undefined && isDirty(form)) {
    form.dataset.busy = fieldOf(form).value;
    return;
  }
  event.preventDefault();
  if (form.dataset.busy === undefined) restore(form);
});

function fail(form, text) {
  delete form.dataset.busy;
  form.dataset.refused = "";
  form.querySelectorAll(".k-plan-note:not(:has(input))").forEach((part) => part.remove());
  const note = document.createElement("span");
  note.className = "k-plan-note k-plan-said";
  note.id = fieldOf(form).id.replace("target", "note");
  note.textContent = text;
  form.append(note);
  fieldOf(form).setAttribute("aria-invalid", "true");
  fieldOf(form).setAttribute("aria-describedby", note.id);
  say(text);
}

/* A page in the place of a row is the sign-in's. */
function whyNot(status) {
  if (status < 400 || status === 403) return texts().shut;
  return status === 404 ? texts().gone : texts().failed;
}

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.matches(FORM)) fail(event.detail.elt, texts().failed);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const form = requestConfig.elt;
  if (!form.matches(FORM)) return;
  const isRow = SHOWN.has(xhr.status) && xhr.responseText.trimStart().startsWith("<tr");
  event.detail.shouldSwap = isRow;
  event.detail.isError = !isRow;
  if (!isRow) {
    fail(form, whyNot(xhr.status));
    return;
  }
  if (form.contains(document.activeElement)) held.add(xhr);
  if (fieldOf(form).value !== form.dataset.busy) typed.set(xhr, fieldOf(form).value);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!requestConfig?.elt.matches(FORM)) return;
  const field = document.getElementById(fieldOf(requestConfig.elt).id);
  if (!field) return;
  if (typed.has(xhr)) field.value = typed.get(xhr);
  if (!held.has(xhr)) return;
  const row = field.closest("tr");
  (row.querySelector("[data-conflict] button") ?? row.querySelector("[data-reason]") ?? field).focus();
});

document.addEventListener("htmx:afterSettle", prepare);
addEventListener("beforeunload", (event) => {
  if (document.querySelector(`${FORM}[data-dirty]`)) event.preventDefault();
});
prepare();
