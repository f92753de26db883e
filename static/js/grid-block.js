/*
 * A block of targets goes out as one request: pasted, filled down, cleared. Its answer marks each
 * cell. What the server did not get is kept and sent again by a button; one undo takes all back.
 */
import { baseOf, csrf, idOf, newName, rowByCode, rowById, rows, say, table, targetField, targetForm, texts } from "./grid-dom.js";
import { fail, look, prepare, restore, whyNot } from "./grid-save.js";
import { addPending, failed, markSaved, remember, show, steps } from "./grid-state.js";

const rowOfLine = (line) => (line.customer ? rowById(line.customer) : rowByCode(line.code));

function seenOf() {
  return Object.fromEntries(rows().map((row) => [idOf(row), baseOf(row)]));
}

/* Show each cell as it was typed while it is on its way. */
function mark(block) {
  for (const line of block.lines) {
    const row = rowOfLine(line);
    const form = row && targetForm(row);
    if (!form) continue;
    targetField(form).value = line.text;
    form.dataset.pending = "";
    form.removeAttribute("data-refused");
    form.removeAttribute("data-held");
  }
}

function unmark(block) {
  for (const line of block.lines) {
    const form = rowOfLine(line) && targetForm(rowOfLine(line));
    if (form) delete form.dataset.pending;
  }
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
      body: JSON.stringify(body),
      redirect: "manual",
    });
  } catch {
    return { error: texts().failed };
  }
  const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (!isOurs || (answer.status !== 200 && answer.status !== 422)) {
    return { error: whyNot(answer.status) };
  }
  const told = await answer.json();
  return answer.status === 422 ? { refused: told.sentence } : { told };
}

function elementsOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return [...holder.content.children];
}

/* Put the parts of the page that changed in the place of the former ones. */
function take(parts) {
  const focused = document.activeElement?.id;
  const fresh = [
    ...elementsOf(parts.rows), // rows outside a table: only a template keeps them
    ...elementsOf(parts.chips),
    ...elementsOf(parts.totals),
  ];
  for (const part of fresh) {
    const former = document.getElementById(part.id);
    if (!former) continue;
    former.replaceWith(part);
    htmx.process(part);
  }
  document.getElementById("plan-result").replaceChildren(...elementsOf(parts.result));
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: {} }));
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  prepare();
}

function sayResult() {
  const told = document.getElementById("plan-told");
  if (told) say(told.textContent.replace(/\s+/g, " ").trim());
}

/* Send a block and show what became of it. The same again has the same token, and acts once. */
async function send(block) {
  mark(block);
  addPending(block.lines.length);
  const { told, refused, error } = await post(table().dataset.take, block);
  addPending(-block.lines.length);
  // Former rows stay marked: losing the focus as they go, they must not save themselves.
  if (told) take(told.parts);
  unmark(block);
  if (told) {
    markSaved();
    if (told.saved) remember(block.batch);
    sayResult();
    askReason(block, told.lines);
  } else if (refused) {
    for (const line of block.lines) {
      const form = rowOfLine(line) && targetForm(rowOfLine(line));
      if (form) fail(form, refused);
    }
    say(refused);
    document.getElementById("plan-result").textContent = refused;
  } else {
    failed.push(block);
    for (const line of block.lines) {
      const form = rowOfLine(line) && targetForm(rowOfLine(line));
      if (!form) continue;
      fail(form, error);
      form.dataset.held = "";
      look(form);
    }
    say(error);
  }
  show();
}

/* Locked targets of a block need a reason: one for all of them, in the same step. */
function askReason(block, lines) {
  const numbers = new Set(lines.filter((line) => line.code === "reason_needed").map((line) => line.line));
  if (!numbers.size) return;
  const dialog = document.getElementById("plan-reason");
  const form = dialog.querySelector("form");
  dialog.querySelector("[data-count]").textContent = numbers.size;
  form.reset();
  form.onsubmit = (event) => {
    event.preventDefault();
    const reason = form.elements.reason.value.trim();
    if (!reason) return;
    dialog.close();
    const left = block.lines.filter((_line, number) => numbers.has(number + 1));
    send({ ...block, token: newName(), lines: left, reason });
  };
  dialog.showModal();
}

/* lines: {customer} or {code}, and the text typed. */
export function sendLines(lines) {
  if (!lines.length) return Promise.resolve();
  const name = newName();
  return send({ token: name, batch: name, reason: "", seen: seenOf(), lines });
}

export async function undo() {
  const batch = steps.pop();
  if (!batch) return;
  const path = table().dataset.takeBack.replace("00000000-0000-0000-0000-000000000000", batch);
  addPending(1);
  const { told, refused, error } = await post(path, {});
  addPending(-1);
  if (told) {
    markSaved();
    take(told.parts);
    sayResult();
  } else {
    steps.push(batch);
    say(refused ?? error);
    document.getElementById("plan-result").textContent = refused ?? error;
  }
  show();
}

export function retry() {
  const again = failed.splice(0);
  for (const block of again) send(block);
  for (const form of document.querySelectorAll("form[data-lost]")) form.requestSubmit();
}

export { restore };
