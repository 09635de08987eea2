// Icons that only this page has, so that the first paint does not load them.
import { html } from "../html.js";

export const download = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2.5v7.2M4.8 6.8 8 10l3.2-3.2M3 13h10" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
