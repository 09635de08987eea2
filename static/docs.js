// The description of the API, shown by Swagger UI. Calls tried there use the session of the signed-in user.
const dark = matchMedia("(prefers-color-scheme: dark)");

function followTheme() {
  const theme = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  document.documentElement.classList.toggle("dark-mode", theme === "dark");
}

followTheme();
dark.addEventListener("change", followTheme);

window.SwaggerUIBundle({
  url: `${document.documentElement.dataset.base}/openapi.json`,
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // no request goes to another host
});
