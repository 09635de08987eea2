// A classic script in the head, so that the remembered theme is in force before the first paint.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    console.info("the theme cannot be remembered here:", error.message);
  }
})();
