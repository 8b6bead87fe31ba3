// Runs before the first paint: the page never flashes in the other theme.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var choice = root.dataset.theme;
    root.dataset.bsTheme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  }
  apply();
  dark.addEventListener("change", apply);
  window.valenceTheme = apply;
})();
