/* The month plan's grid as the page holds it: rows, cells by column, what is said about saving. */
export const COLUMNS = ["pick", "name", "target", "asked", "promise", "act"];

export const table = () => document.querySelector("table[data-grid]");
export const rows = () => [...(table()?.tBodies[0].rows ?? [])];
export const region = () => document.getElementById("plan-region");
export const texts = () => region().dataset;

/* The cell of a column, if the row has one that can be seen. */
export function cellOf(row, column) {
  const cell = row?.querySelector(`[data-cell="${column}"]`);
  return cell && cell.offsetParent !== null ? cell : null;
}

export const rowOf = (cell) => cell.closest("tr");
export const columnOf = (cell) => cell.dataset.cell;
export const idOf = (row) => row.id.replace("row-", "");
export const rowById = (id) => document.getElementById(`row-${id}`);

export function rowByCode(code) {
  const wanted = code.normalize("NFKC").trim();
  return rows().find((row) => row.dataset.code === wanted);
}

export const targetForm = (row) => row.querySelector("form[data-target]");
export const targetField = (form) => form.elements.target;
export const isDirty = (form) => targetField(form).value.trim() !== form.dataset.target;

/* The target as the server last told it, in minor units; null while there is none. */
export function baseOf(row) {
  const seen = targetForm(row)?.elements.seen.value;
  return seen ? Number(seen) : null;
}

export const csrf = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

export function say(text) {
  document.getElementById("plan-status").textContent = text;
}

/* A random name; crypto.randomUUID is not there on a plain address of an office network. */
export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
