// Sets the colour scheme before the first paint, so that a dark screen never flashes white.
(() => {
  let stored = null;
  try {
    stored = window.localStorage.getItem("concord-color-scheme");
  } catch {
    // Storage may be switched off; the system's preference is used then.
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const scheme = stored === "light" || stored === "dark" ? stored : dark ? "dark" : "light";
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme);
})();
