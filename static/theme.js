// A classic script in the head, so that the remembered theme applies before the first paint.
(() => {
  try {
    const theme = localStorage.getItem(`${document.documentElement.dataset.base ?? ""}theme`); // as preferences.js names it
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    console.info("the browser does not store preferences:", error.message);
  }
})();
