// What HTML, in templates and in scripts, uses that promised browsers lack.
import { bcd, missing, own } from "./support.mjs";

const TAG = /<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/g;
const ATTRIBUTE = /(?:^|\s)([a-z]+)(?=[\s=]|$)/g;

/** Return [{line, feature, lacking}]. */
export function checkMarkup(source) {
  const found = [];
  for (const { 1: tag, 2: attributes, index } of source.matchAll(TAG)) {
    const element = own(bcd.html.elements, tag);
    const line = source.slice(0, index).split("\n").length;
    const note = (feature, lacking) => lacking && found.push({ line, feature, lacking });
    note(`<${tag}>`, missing(element));
    for (const [, name] of attributes.replace(/"[^"]*"/g, '""').matchAll(ATTRIBUTE)) {
      note(`<${tag} ${name}>`, missing(own(element, name) ?? own(bcd.html.global_attributes, name)));
    }
  }
  return found;
}
