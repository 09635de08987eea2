// The API's description, drawn by Swagger UI. Whoever is signed in here tries calls as themselves.
const dark = matchMedia("(prefers-color-scheme: dark)");

function followTheme() {
  const theme = document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
  document.documentElement.classList.toggle("dark-mode", theme === "dark");
}

followTheme();
dark.addEventListener("change", followTheme);

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // nothing is sent elsewhere
});
