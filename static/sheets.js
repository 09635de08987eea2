// Stylesheets that the first paint does not need.
const first = document.querySelector('link[rel="stylesheet"]');
const loading = new Map();

/** Load the stylesheet, unless it is there. The promise is kept once it is in force. */
export function loadSheet(name) {
  if (!loading.has(name)) loading.set(name, addSheet(name).catch((error) => { loading.delete(name); throw error; }));
  return loading.get(name);
}

function addSheet(name) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => { link.remove(); reject(new Error(`no ${name}`)); });
    Object.assign(link, { rel: "stylesheet", href: first.href.replace("page.css", name) });
    document.head.append(link);
  });
}
