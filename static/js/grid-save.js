/*
 * One cell of the month plan is saved when it is left. form[data-target] holds the target as the
 * server knows it, form[data-asked] the answer. A refusal (422) and a lost race (409) are rows like
 * any other: they are swapped in, with what was typed still there. [data-submits]: a choice that
 * sends its form at once.
 */
import { isDirty, say, targetField as fieldOf, texts } from "./grid-dom.js";
import { markSaved, remember, show } from "./grid-state.js";

const TARGET = "form[data-target]";
const FORM = `${TARGET}, form[data-asked]`;
const SHOWN = new Set([200, 409, 422]);
const held = new WeakMap(); // what of the row had the focus as a request was answered
const typed = new WeakMap(); // what was typed on while a request was under way

const isAsking = (form) => form.matches("[data-asked]");
const chosen = (form) => form.elements.answer;

/* What is on the page but not saved shows its button, and is asked about before one leaves. */
export function look(form) {
  if (!isAsking(form)) form.toggleAttribute("data-dirty", isDirty(form));
}

export function prepare() {
  for (const form of document.querySelectorAll(TARGET)) {
    form.querySelector(".k-plan-save").tabIndex = -1;
    look(form);
  }
  show();
}

export function restore(form) {
  if (isAsking(form)) chosen(form).value = form.dataset.asked;
  else if (isDirty(form) || form.hasAttribute("data-refused")) {
    fieldOf(form).value = form.dataset.target;
    say(texts().restored);
  } else return;
  const cell = form.querySelector("[data-cell]");
  cell.removeAttribute("aria-invalid");
  form.querySelectorAll(".k-plan-note").forEach((part) => part.remove());
  for (const name of ["data-refused", "data-held", "data-lost"]) form.removeAttribute(name);
  look(form);
  cell.focus();
  cell.select?.();
  show();
}

/* Send a cell that changed; what did not change goes back to how it stands. */
export function commit(form) {
  if (form.dataset.busy !== undefined || form.dataset.pending !== undefined) return;
  if (isAsking(form)) {
    if (chosen(form).value && chosen(form).value !== form.dataset.asked) form.requestSubmit();
  } else if (isDirty(form) || form.hasAttribute("data-refused")) form.requestSubmit();
}

document.addEventListener("input", (event) => {
  const form = event.target.closest(TARGET);
  if (!form) return;
  for (const name of ["data-refused", "data-held", "data-lost"]) form.removeAttribute(name);
  if (event.target === fieldOf(form)) look(form);
  show();
});

document.addEventListener("focusout", (event) => {
  const form = event.target.closest(FORM);
  if (!form || form.contains(event.relatedTarget) || form.hasAttribute("data-refused")) return;
  if (isAsking(form) ? event.target.matches("select") : isDirty(form)) commit(form);
});

document.addEventListener("click", (event) => {
  const keep = event.target.closest("[data-keep]");
  if (keep) restore(keep.closest(FORM));
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  const form = event.target.closest("form[data-asked]");
  // While one goes through the answers by the arrows, none of them is chosen yet.
  if (form && event.target.matches("select:not([data-editing])")) commit(form);
});

/* What did not change is not sent, and nothing is sent twice at a time. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches(FORM)) return;
  const isFree = form.dataset.busy === undefined && form.dataset.pending === undefined;
  if (isFree && (isAsking(form) || isDirty(form))) {
    form.dataset.busy = isAsking(form) ? chosen(form).value : fieldOf(form).value;
    show();
    return;
  }
  event.preventDefault();
  if (isFree) restore(form);
});

export function fail(form, text, { isLost = false } = {}) {
  delete form.dataset.busy;
  form.dataset.refused = "";
  form.toggleAttribute("data-lost", isLost);
  form.querySelectorAll(".k-plan-note:not(:has(input))").forEach((part) => part.remove());
  const cell = form.querySelector("[data-cell]");
  const note = document.createElement("span");
  note.className = "k-plan-note k-plan-said";
  note.id = `note-${cell.id}`;
  note.textContent = text;
  form.append(note);
  cell.setAttribute("aria-invalid", "true");
  cell.setAttribute("aria-describedby", note.id);
  say(text);
  show();
}

/* A page in the place of a row is the sign-in's. */
export function whyNot(status) {
  if (status < 400 || status === 403) return texts().shut;
  return status === 404 ? texts().gone : texts().failed;
}

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.matches(FORM)) fail(event.detail.elt, texts().failed, { isLost: true });
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
  if (xhr.status === 200) {
    markSaved();
    if (!isAsking(form)) remember(form.elements.token.value);
  }
  const row = form.closest("tr");
  const other = row.querySelector(isAsking(form) ? TARGET : "form[data-asked]");
  // What is being typed in the row's other cell is not lost to this one's answer.
  if (other && !isAsking(other) && isDirty(other)) typed.set(xhr, fieldOf(other).value);
  const active = document.activeElement;
  if (row.contains(active)) {
    const choice = active.matches("select[data-editing]") ? active.value : null;
    held.set(xhr, { id: active.id, choice, isOther: !form.contains(active) });
  }
  if (!isAsking(form) && fieldOf(form).value !== form.dataset.busy) typed.set(xhr, fieldOf(form).value);
});

/* Where something is to be decided or added, unless one has gone on to type elsewhere. */
function whereNext(row, form) {
  const panel = row.querySelector("[data-conflict] button, [data-reason], [data-again]");
  if (panel) return panel;
  return row.querySelector(isAsking(form) ? '[data-cell="asked"]' : '[data-cell="target"]');
}

document.addEventListener("htmx:afterSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const form = requestConfig?.elt;
  if (!form?.matches(FORM)) return;
  const cell = document.getElementById(form.querySelector("[data-cell]").id);
  if (!cell) return;
  const row = cell.closest("tr");
  if (typed.has(xhr)) row.querySelector('[data-cell="target"]').value = typed.get(xhr);
  const active = document.activeElement;
  const isTyping = active?.hasAttribute("data-editing") || (active?.form && active.form.matches("[data-dirty]"));
  const isRefused = xhr.status !== 200;
  const had = held.get(xhr);
  const same = had && document.getElementById(had.id);
  if (same && had.choice !== null) {
    same.value = had.choice;
    same.focus();
    same.setAttribute("data-editing", "");
  } else if (same && had.isOther && !isRefused) same.focus();
  else if (had || (isRefused && !isTyping && active?.closest("table[data-grid]"))) {
    whereNext(row, form).focus();
  }
});

document.addEventListener("htmx:afterSettle", prepare);
