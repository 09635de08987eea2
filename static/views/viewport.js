// Which sections are on the screen or close to it. The others keep their height, and nothing is drawn in them.

const root = document.getElementById("sections");
const nearby = new Map(); // the sections by their grids
const watched = new Map();
let onEnter = () => {};

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) nearby.delete(target);
    else if (watched.has(target)) { nearby.set(target, watched.get(target)); onEnter(watched.get(target)); }
  }
}, { rootMargin: "100%" });

/** Call `listener(section)` when a section comes near. */
export function onSectionNearby(listener) {
  onEnter = listener;
  new ResizeObserver(countColumns).observe(root);
}

export function watchSection(section) {
  watched.set(section.grid, section);
  observer.observe(section.grid);
}

export function unwatchSection(section) {
  observer.unobserve(section.grid);
  watched.delete(section.grid);
  nearby.delete(section.grid);
}

export const nearbySections = () => nearby.values();

/** How many cards stand side by side: by it and by the number of cards the style knows the height of every section. */
function countColumns() {
  const style = getComputedStyle(root);
  const [width, gap] = ["--card-width", "--card-gap"].map((name) => parseFloat(style.getPropertyValue(name)));
  const columns = Math.max(1, Math.floor((root.clientWidth + gap) / (width + gap)));
  if (style.getPropertyValue("--card-columns") !== String(columns)) root.style.setProperty("--card-columns", columns);
}
