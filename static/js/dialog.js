/*
 * a[data-dialog]: a form opens in the dialog of this page, in the place of a page of its own.
 * data-refresh="#a #b" names what of this page the act may change; by default all of it. Once the
 * form was sent, the event "acted" closes the dialog and those parts come anew. Escape and Close
 * ask first where something was typed.
 */
const dialog = document.getElementById("dialog");
const body = document.getElementById("dialog-body");
const guard = dialog?.querySelector("[data-guard]");
const failed = dialog?.querySelector("[data-failed]");
let opener;
let asked = "";
let isTyped = false;

function load(path) {
  asked = path;
  htmx.ajax("GET", path, { target: body, swap: "innerHTML" });
}

function forget() {
  isTyped = false;
  guard.hidden = true;
  failed.hidden = true;
}

function goBackToOpener() {
  const again = [...document.querySelectorAll("a[data-dialog]")];
  const link = opener.isConnected ? opener : again.find((a) => a.getAttribute("href") === opener.getAttribute("href"));
  (link ?? document.getElementById("main")).focus();
}

function close() {
  forget();
  dialog.close();
  body.replaceChildren();
  goBackToOpener();
}

function tryToClose() {
  if (!guard.hidden) {
    guard.hidden = true;
    return;
  }
  if (!isTyped) {
    close();
    return;
  }
  guard.hidden = false;
  guard.querySelector("[data-guard-keep]").focus();
}

function say(text) {
  failed.textContent = text;
  failed.hidden = false;
}

/* One reading of this page; of it the parts named come anew, and what there is to tell. */
async function refresh(selectors) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    location.reload();
    return;
  }
  const text = await answer.text();
  for (const selector of selectors) {
    const part = document.querySelector(selector);
    if (part) htmx.swap(part, text, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 20 }, { select: selector });
  }
  if (!selectors.includes("#main")) {
    const toasts = new DOMParser().parseFromString(text, "text/html").querySelector(".k-toasts");
    document.querySelector(".k-toasts")?.remove();
    if (toasts) document.getElementById("main").prepend(toasts);
    htmx.trigger(document.body, "toasts-changed");
  }
  if (!dialog.open) goBackToOpener();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || !dialog || event.defaultPrevented) return;
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  opener = link;
  load(link.href);
});

if (dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]")) tryToClose();
    if (event.target.closest("[data-guard-drop]")) close();
    if (event.target.closest("[data-guard-keep]")) {
      guard.hidden = true;
      body.querySelector("form input:not([type=hidden])").focus();
    }
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    tryToClose();
  });

  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    tryToClose();
  });

  dialog.addEventListener("input", () => { isTyped = true; });

  document.addEventListener("acted", (event) => {
    if (!dialog.open) return;
    const { next } = event.detail;
    const selectors = (opener.dataset.refresh ?? "#main").split(" ");
    if (next) {
      forget();
      body.replaceChildren();
      load(next);
    } else {
      close();
    }
    refresh(selectors);
  });

  /* A refusal is shown; a whole page in the dialog's place is the sign-in's. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (target !== body) return;
    const isPage = /^\s*<!doctype/i.test(xhr.responseText);
    const isShown = !isPage && (xhr.status === 200 || xhr.status === 422 || xhr.status === 409);
    event.detail.shouldSwap = isShown;
    if (isShown) event.detail.isError = false;
    else if (xhr.status === 204) event.detail.shouldSwap = false;
    else if (requestConfig.verb === "get") location.assign(asked);
    else say(isPage ? failed.dataset.shut : failed.dataset.failed);
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.target === body) say(failed.dataset.failed);
  });

  /* Shown once htmx has taken the form in hand: what is typed before that would not be looked at. */
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== body || !body.childElementCount) return;
    failed.hidden = true;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    const first = body.querySelector("[data-focus]") ?? body.querySelector("form input:not([type=hidden]), form select");
    first?.focus();
    first?.select?.();
  });
}
