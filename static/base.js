// The path under which the server is reached, such as "/loadzone"; "" if it has a host name of its own.
export const base = document.documentElement.dataset.base ?? "";
