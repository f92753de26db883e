/*
 * data-days: buttons for days, shown once they work. data-sets names the field that a button puts
 * its data-value into; the one whose day stands there is pressed. Parts that come later count too.
 */
const fieldOf = (button) => document.getElementById(button.dataset.sets);

function look() {
  for (const button of document.querySelectorAll("[data-sets]")) {
    button.setAttribute("aria-pressed", String(fieldOf(button).value === button.dataset.value));
  }
}

function begin() {
  for (const group of document.querySelectorAll("[data-days][hidden]")) group.hidden = false;
  look();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sets]");
  if (!button) return;
  fieldOf(button).value = button.dataset.value;
  fieldOf(button).dispatchEvent(new Event("input", { bubbles: true }));
});
document.addEventListener("input", look);
document.addEventListener("htmx:afterSwap", begin);
begin();
