/* data-progress: a line at the top while htmx waits for more than 300 ms. */
const line = document.querySelector("[data-progress]");
let waiting = 0;
let timer;

document.addEventListener("htmx:beforeRequest", () => {
  waiting += 1;
  timer ??= setTimeout(() => { line.hidden = false; }, 300);
});

document.addEventListener("htmx:afterRequest", () => {
  waiting = Math.max(0, waiting - 1);
  if (waiting) return;
  clearTimeout(timer);
  timer = undefined;
  line.hidden = true;
});
