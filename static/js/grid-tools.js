/* Beside the grid: dialogs, what was told, going to what is open, choosing rows. */
import { cellOf, rowById, rows } from "./grid-dom.js";

export function openDialog(id) {
  document.getElementById(id)?.showModal();
  return true;
}

function goToRow(id) {
  const cell = cellOf(rowById(id), "target");
  cell?.focus();
  cell?.select();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) openDialog(opener.dataset.opens);
  event.target.closest("[data-closes]")?.closest("dialog").close();
  if (event.target.closest("[data-told-close]")) document.getElementById("plan-result").replaceChildren();
  const told = event.target.closest("[data-told]");
  if (told && rowById(told.dataset.told)) {
    event.preventDefault();
    goToRow(told.dataset.told);
  }
  if (event.target.closest("[data-go-open]")) {
    const form = document.querySelector("form[data-refused]");
    (form?.querySelector("[data-conflict] button, [data-reason], [data-again]") ?? form?.querySelector("[data-cell]"))?.focus();
  }
});

/* The bar of what can be done with the rows chosen; a row that is answered anew stays chosen. */
const picked = new Set();

function count() {
  const bar = document.getElementById("plan-agree");
  if (!bar) return;
  const boxes = rows().map((row) => cellOf(row, "pick")).filter(Boolean);
  for (const box of boxes) box.checked = picked.has(box.value);
  const chosen = boxes.filter((box) => box.checked).length;
  const all = document.querySelector("[data-pick-all]");
  bar.hidden = chosen === 0;
  bar.querySelector("[data-chosen]").textContent = bar.dataset.words.replace("{n}", chosen);
  if (all) {
    all.hidden = false;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick-all]")) {
    for (const row of rows()) {
      const box = cellOf(row, "pick");
      if (box) picked[event.target.checked ? "add" : "delete"](box.value);
    }
  } else if (event.target.matches("[data-cell=pick]")) {
    picked[event.target.checked ? "add" : "delete"](event.target.value);
  } else return;
  count();
});

document.addEventListener("htmx:afterSettle", count);
count();
