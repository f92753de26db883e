/*
 * The one line that tells the state of saving, the steps that can be undone, and the guard of what
 * is not saved. pending: cells of blocks under way; failed: blocks that the server did not get.
 */
import { region } from "./grid-dom.js";

const MOST_STEPS = 20;
export const steps = []; // names of batches, the latest last
export const failed = []; // blocks to be sent again
let pending = 0;
let savedAt = null;

export function remember(batch) {
  if (steps.at(-1) === batch) return;
  steps.push(batch);
  if (steps.length > MOST_STEPS) steps.shift();
}

export function addPending(count) {
  pending += count;
  show();
}

export function markSaved() {
  savedAt = new Date();
}

function counts() {
  const busy = document.querySelectorAll("form[data-busy]").length;
  const open = [
    ...document.querySelectorAll(":is(form[data-refused], form[data-dirty]):not([data-busy], [data-pending])"),
  ];
  const lost = failed.reduce((sum, block) => sum + block.lines.length, 0);
  const inBlocks = open.filter((form) => form.hasAttribute("data-held")).length;
  return { saving: busy + pending, open: open.length - inBlocks + lost };
}

export const isUnsaved = () => {
  const { saving, open } = counts();
  return saving + open > 0;
};

export function show() {
  const line = document.getElementById("plan-saving");
  if (!line || !region()) return;
  const { saving, open } = counts();
  const said = line.dataset;
  let text = "";
  if (saving) text = said.saving.replace("{n}", saving);
  else if (open) text = said.open.replace("{n}", open);
  else if (savedAt) {
    const time = savedAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    text = said.saved.replace("{time}", time);
  }
  const words = line.querySelector("[data-words]");
  if (words.textContent !== text) words.textContent = text;
  line.dataset.state = saving ? "saving" : open ? "open" : savedAt ? "saved" : "";
  const isLost = failed.length > 0 || document.querySelector("form[data-lost]") !== null;
  document.querySelector("[data-retry]").hidden = !isLost;
  document.querySelector("[data-go-open]").hidden = saving > 0 || !document.querySelector("form[data-refused]");
  document.querySelector("[data-undo]").disabled = steps.length === 0 || saving > 0;
}

addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});
