/*
 * data-cards: tables that become cards on a phone say their roles, which some browsers drop with
 * the table's display. data-scroll: a box that really scrolls can be reached by keyboard.
 */
const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

/* data-grid: one that is edited like a spreadsheet is a grid to those who hear it. */
const GRID = { TABLE: "grid", TD: "gridcell" };

function sayRoles(table) {
  const roles = table.matches("[data-grid]") ? { ...ROLES, ...GRID } : ROLES;
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
    const header = part.scope === "row" ? "rowheader" : "columnheader";
    part.setAttribute("role", roles[part.tagName] ?? header);
  }
}

function letReach(box) {
  const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1;
  box.toggleAttribute("tabindex", scrolls);
  if (scrolls) {
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "region");
  } else {
    box.removeAttribute("role");
  }
}

const sizes = new ResizeObserver((entries) => entries.forEach((entry) => letReach(entry.target)));

function prepare(root) {
  root.querySelectorAll("table[data-cards]").forEach(sayRoles);
  root.querySelectorAll("[data-scroll]").forEach((box) => sizes.observe(box));
}

prepare(document);
document.addEventListener("htmx:afterSettle", () => prepare(document));
