/* data-tabs: a row of tabs that is wider than the phone starts with the open one in sight. */
for (const open of document.querySelectorAll("[data-tabs] [aria-current]")) {
  const row = open.closest("[data-tabs]");
  row.scrollLeft = open.offsetLeft - (row.clientWidth - open.offsetWidth) / 2;
}
