// The room at the bottom of the window for what lies over the board, so that nothing there covers anything else.
const GAP = 8; // pixels

/** Keep a custom property of the page equal to the height that the element takes, also when its text wraps. */
export function keepRoom(element, property) {
  const measure = () => {
    const height = element.offsetHeight; // 0 while it is hidden
    document.documentElement.style.setProperty(property, height ? `${height + GAP}px` : "0px");
  };
  new ResizeObserver(measure).observe(element);
}
