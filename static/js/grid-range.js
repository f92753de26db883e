/* A range of cells of one column, from where it began to where it was last extended to. */
import { cellOf, columnOf, rowOf, rows } from "./grid-dom.js";

let anchor = null;
let end = null;

export function rangeOf() {
  const all = rows();
  const from = all.findIndex((row) => row.id === anchor?.row);
  const to = all.findIndex((row) => row.id === end);
  if (from < 0 || to < 0) return [];
  return all.slice(Math.min(from, to), Math.max(from, to) + 1);
}

function paint() {
  const chosen = new Set(rangeOf());
  for (const row of rows()) {
    for (const column of ["target", "asked"]) {
      const box = cellOf(row, column)?.closest("td");
      if (!box) continue;
      const isIn = chosen.size > 1 && chosen.has(row) && anchor.column === column;
      box.classList.toggle("k-plan-range", isIn);
      box.setAttribute("aria-selected", isIn ? "true" : "false");
    }
  }
}

export function clearRange() {
  if (!anchor) return;
  anchor = end = null;
  paint();
}

/* One row further, or as far as a cell; the focus goes along. */
export function extendTo(cell, step, far = null) {
  const column = columnOf(cell);
  if (column !== "target" && column !== "asked") return false;
  if (!anchor || anchor.column !== column) anchor = { row: rowOf(cell).id, column };
  const all = rows();
  const to = far ? rowOf(far) : all[all.indexOf(rowOf(cell)) + step];
  if (!to || !cellOf(to, column)) return true;
  end = to.id;
  const next = cellOf(to, column);
  next.focus();
  next.select?.();
  paint();
  return true;
}

document.addEventListener("htmx:afterSettle", () => {
  if (anchor) paint();
});
