/* Settles the theme "as the system" before anything is painted; the others the server settles. */
(() => {
  const root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settle = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  settle();
  dark.addEventListener("change", settle);
})();
