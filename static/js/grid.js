/*
 * The month plan as a spreadsheet. One cell of a row at a time can be reached by Tab; the arrows go
 * from cell to cell. A cell is either gone to (typing replaces it) or edited ([data-editing]: the
 * arrows move within its text): F2, a second click and typing begin that, Enter, Tab and Esc end it.
 */
import { COLUMNS, cellOf, columnOf, idOf, rowOf, rows, table, targetForm } from "./grid-dom.js";
import { retry, sendLines, undo } from "./grid-block.js";
import { commit, restore } from "./grid-save.js";
import { copied, linesOf } from "./grid-clipboard.js";
import { clearRange, extendTo, rangeOf } from "./grid-range.js";
import { openDialog } from "./grid-tools.js";

const PAGE = 10;
let current = { id: "", column: "target" };
let stop = null; // the one cell that Tab reaches

const isEditing = (cell) => cell.hasAttribute("data-editing");
const here = (target) => (target instanceof Element ? target.closest("table[data-grid] [data-cell]") : null);

/* Give the one tab stop to the cell one was last in, else to the first target. */
function rove() {
  const all = rows();
  if (!all.length) return;
  table().setAttribute("aria-multiselectable", "true");
  for (const cell of table().querySelectorAll("tbody [data-cell]")) cell.tabIndex = -1;
  const row = all.find((each) => idOf(each) === current.id) ?? all[0];
  const cell = cellOf(row, current.column) ?? cellOf(row, "target") ?? cellOf(row, "name");
  stopAt(cell);
}

function stopAt(cell) {
  if (stop && stop !== cell) stop.tabIndex = -1;
  stop = cell;
  if (cell) cell.tabIndex = 0;
}

export function goTo(cell) {
  if (!cell) return false;
  cell.focus();
  cell.select?.();
  return true;
}

function goDown(cell, step) {
  const all = rows();
  const at = all.indexOf(rowOf(cell));
  for (let to = at + Math.sign(step); to >= 0 && to < all.length; to += Math.sign(step)) {
    const target = Math.min(Math.max(at + step, 0), all.length - 1);
    const found = cellOf(all[Math.abs(step) > 1 ? target : to], columnOf(cell));
    if (found) return goTo(found);
    if (Math.abs(step) > 1) break;
  }
  return false;
}

function goAcross(cell, step) {
  const row = rowOf(cell);
  for (let to = COLUMNS.indexOf(columnOf(cell)) + step; COLUMNS[to]; to += step) {
    if (goTo(cellOf(row, COLUMNS[to]))) return true;
  }
  return false;
}

function edit(cell) {
  if (columnOf(cell) === "target") {
    cell.setAttribute("data-editing", "");
    cell.setSelectionRange(cell.value.length, cell.value.length);
  } else if (columnOf(cell) === "asked") cell.setAttribute("data-editing", "");
  else return false;
  return true;
}

function leave(cell) {
  cell.removeAttribute("data-editing");
  const form = cell.form;
  if (form && form.matches("form[data-target], form[data-asked]")) commit(form);
}

/* The cells that an act is about: the range, or the one cell. */
function chosenRows(cell) {
  const range = rangeOf();
  return range.length > 1 ? range : [rowOf(cell)];
}

function fillDown(cell) {
  if (columnOf(cell) !== "target") return;
  const range = rangeOf();
  const all = rows();
  const at = all.indexOf(rowOf(cell));
  const [first, ...rest] = range.length > 1 ? range : [all[at - 1], all[at]];
  if (!first || !targetForm(first)) return;
  const text = cellOf(first, "target").value;
  sendLines(rest.map((row) => ({ customer: idOf(row), text })));
}

function clear(cell) {
  const full = chosenRows(cell).filter((row) => cellOf(row, "target")?.value);
  sendLines(full.map((row) => ({ customer: idOf(row), text: "" })));
}

function whileEditing(event, cell) {
  if (event.key === "Escape") {
    cell.removeAttribute("data-editing");
    restore(cell.form);
    cell.select?.();
  } else if (event.key === "Enter") {
    leave(cell);
    goDown(cell, event.shiftKey ? -1 : 1);
  } else if (event.key === "Tab") {
    leave(cell);
    if (!goAcross(cell, event.shiftKey ? -1 : 1)) return false;
  } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && columnOf(cell) === "target") {
    leave(cell);
    goDown(cell, event.key === "ArrowUp" ? -1 : 1);
  } else return false;
  return true;
}

const MOVES = {
  ArrowDown: (cell) => goDown(cell, 1),
  ArrowUp: (cell) => goDown(cell, -1),
  ArrowRight: (cell) => goAcross(cell, 1),
  ArrowLeft: (cell) => goAcross(cell, -1),
  PageDown: (cell) => goDown(cell, PAGE),
  PageUp: (cell) => goDown(cell, -PAGE),
  Home: (cell) => goTo(COLUMNS.map((column) => cellOf(rowOf(cell), column)).find(Boolean)),
  End: (cell) => goTo(COLUMNS.map((column) => cellOf(rowOf(cell), column)).filter(Boolean).at(-1)),
};

function withCommand(event, cell) {
  const key = event.key.toLowerCase();
  if (key === "d") fillDown(cell);
  else if (key === "z") undo();
  else if (key === "home") goTo(cellOf(rows()[0], columnOf(cell)));
  else if (key === "end") goTo(cellOf(rows().at(-1), columnOf(cell)));
  else return false;
  return true;
}

function whileGoneTo(event, cell) {
  const form = cell.form;
  const isCell = form?.matches("form[data-target], form[data-asked]");
  if (event.ctrlKey || event.metaKey) return withCommand(event, cell);
  if (event.altKey) return false;
  if (event.shiftKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    return extendTo(cell, event.key === "ArrowDown" ? 1 : -1);
  }
  if (MOVES[event.key]) {
    clearRange();
    MOVES[event.key](cell);
    return true;
  }
  if (event.key === "F2") return edit(cell);
  if (event.key === "?") return openDialog("plan-keys");
  if (event.key === "Escape") {
    clearRange();
    if (isCell) restore(form);
    return true;
  }
  if (event.key === "Enter" && isCell) {
    if (columnOf(cell) === "asked" && !event.shiftKey) return edit(cell);
    commit(form);
    goDown(cell, event.shiftKey ? -1 : 1);
    return true;
  }
  if (event.key === "Delete" && columnOf(cell) === "target") {
    clear(cell);
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  const cell = here(event.target);
  if (!cell) {
    const form = event.target.closest?.("form[data-target], form[data-asked]");
    if (form && event.key === "Escape") {
      event.preventDefault();
      restore(form);
    }
    return;
  }
  if (event.isComposing) return;
  if ((isEditing(cell) ? whileEditing : whileGoneTo)(event, cell)) event.preventDefault();
});

document.addEventListener("input", (event) => {
  const cell = here(event.target);
  if (cell && columnOf(cell) === "target") cell.setAttribute("data-editing", "");
});

document.addEventListener("focusin", (event) => {
  const cell = here(event.target);
  if (!cell) return;
  current = { id: idOf(rowOf(cell)), column: columnOf(cell) };
  if (columnOf(cell) === "target" && !isEditing(cell)) cell.select();
  stopAt(cell);
});

document.addEventListener("focusout", (event) => {
  const cell = here(event.target);
  // A window that goes to the back takes nothing away.
  if (cell && document.activeElement !== cell) cell.removeAttribute("data-editing");
});

/* The first click goes to a cell, the second begins to edit it, Shift takes in all between. */
document.addEventListener("mousedown", (event) => {
  const cell = here(event.target);
  if (!cell || columnOf(cell) !== "target" || event.button !== 0) return;
  if (event.shiftKey && here(document.activeElement)) {
    event.preventDefault();
    extendTo(document.activeElement, 0, cell);
  } else if (document.activeElement === cell) cell.setAttribute("data-editing", "");
  else {
    event.preventDefault();
    clearRange();
    goTo(cell);
  }
});

document.addEventListener("copy", (event) => {
  const cell = here(event.target);
  if (!cell || rangeOf().length < 2) return;
  event.clipboardData.setData("text/plain", copied(rangeOf(), columnOf(cell)));
  event.preventDefault();
});

document.addEventListener("paste", (event) => {
  const cell = here(event.target);
  if (!cell) return;
  const text = event.clipboardData.getData("text/plain");
  const isBlock = /[\t\n]/.test(text.trim());
  if (columnOf(cell) === "target" && isEditing(cell) && !isBlock) return;
  if (cell.matches("input[type=checkbox], a, select") && !text.includes("\t")) return;
  event.preventDefault();
  sendLines(linesOf(text, rowOf(cell), rangeOf()));
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-undo]")) undo();
  if (event.target.closest("[data-retry]")) retry();
});

document.addEventListener("htmx:afterSettle", rove);
rove();
