/*
 * data-print: a button that prints the page, shown once it works. data-print-open: what is folded
 * opens for the paper, and folds again.
 */
const show = () => document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
document.addEventListener("htmx:afterSettle", show);
show();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

const opened = [];
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("[data-print-open]:not([open])")) {
    part.open = true;
    opened.push(part);
  }
});
addEventListener("afterprint", () => {
  while (opened.length) opened.pop().open = false;
});
