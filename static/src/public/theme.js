// Blocking and tiny on purpose: "system" must be resolved before the first paint, and only the browser knows it.
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var theme = root.dataset.theme;
    root.dataset.bsTheme = theme === "dark" || (theme !== "light" && dark.matches) ? "dark" : "light";
  }
  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("rh:theme", apply);
})();
