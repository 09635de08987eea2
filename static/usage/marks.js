// The four marks of plotted groups: a group is told by its mark and its dash, and only then by its colour.
import { html } from "../html.js";

/** Return the mark of a group, as SVG around a point. `rank`: 1 to 4, or 0 for a group that has no colour of its own. */
export function mark(rank, x, y, size = 4) {
  const [left, top] = [x - size, y - size];
  if (rank === 2) return html`<rect class="mark of-2" x="${left}" y="${top}" width="${2 * size}" height="${2 * size}"/>`;
  if (rank === 3) return html`<path class="mark of-3" d="M${x} ${top - 1}l${size + 1} ${2 * size + 1}h${-2 * size - 2}z"/>`;
  if (rank === 4) return html`<path class="mark of-4" d="M${x} ${top - 1}l${size + 1} ${size + 1}l${-size - 1} ${size + 1}l${-size - 1} ${-size - 1}z"/>`;
  return html`<circle class="mark of-${rank}" cx="${x}" cy="${y}" r="${size}"/>`;
}

/** Return a piece of the group's line with its mark, for a legend. */
export const sample = (rank) => html`
  <svg class="sample" width="30" height="12" aria-hidden="true"><path class="line of-${rank}" d="M1 6h20"/>${mark(rank, 24, 6)}</svg>`;
