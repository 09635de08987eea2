// Tracks which sections are in the viewport or near it. The others keep their height but are not drawn.

const root = document.getElementById("sections");
const nearby = new Map(); // sections by grid element
const watched = new Map();
let onEnter = () => {};

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) nearby.delete(target);
    else if (watched.has(target)) { nearby.set(target, watched.get(target)); onEnter(watched.get(target)); }
  }
}, { rootMargin: "100%" });

/** Call `listener(section)` when a section comes near the viewport. */
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

/** Tell the stylesheet how many cards fit side by side. With the number of cards it computes the height of a section. */
function countColumns() {
  const style = getComputedStyle(root);
  const [width, gap] = ["--card-width", "--card-gap"].map((name) => parseFloat(style.getPropertyValue(name)));
  const columns = Math.max(1, Math.floor((root.clientWidth + gap) / (width + gap)));
  if (style.getPropertyValue("--card-columns") !== String(columns)) root.style.setProperty("--card-columns", columns);
}
