// The API's description, drawn by Swagger UI. Whoever is signed in here tries calls as themselves.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null, // nothing is sent elsewhere
});
