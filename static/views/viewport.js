// Which sections are on the screen or close to it. The others keep their height, and nothing is drawn in them.

const root = document.getElementById("sections");
const near = new Map(); // the sections by their grids
const known = new Map();
let comes = () => {};

const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) near.delete(target);
    else if (known.has(target)) { near.set(target, known.get(target)); comes(known.get(target)); }
  }
}, { rootMargin: "100%" });

/** Call `listener(section)` when a section comes near. */
export function onNear(listener) {
  comes = listener;
  new ResizeObserver(countColumns).observe(root);
}

export function watchSection(section) {
  known.set(section.grid, section);
  watch.observe(section.grid);
}

export function leaveSection(section) {
  watch.unobserve(section.grid);
  known.delete(section.grid);
  near.delete(section.grid);
}

export const nearSections = () => near.values();

/** How many cards stand side by side: by it and by the number of cards the style knows the height of every section. */
function countColumns() {
  const style = getComputedStyle(root);
  const [width, gap] = ["--card-width", "--card-gap"].map((name) => parseFloat(style.getPropertyValue(name)));
  const columns = Math.max(1, Math.floor((root.clientWidth + gap) / (width + gap)));
  if (style.getPropertyValue("--across") !== String(columns)) root.style.setProperty("--across", columns);
}
