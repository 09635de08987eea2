// What a stylesheet uses that promised browsers lack. Plain fallbacks are fine: the property set before, or @supports.
import * as css from "css-tree";
import { bcd, missing, missingInAll, namesakes, own } from "./support.mjs";

const TYPES = [bcd.css.types, ...Object.values(bcd.css.types)];

/** Return [{line, feature, lacking}]. */
export function checkStyles(source) {
  const found = [];
  const note = (node, feature, lacking) => lacking && found.push({ line: node.loc.start.line, feature, lacking });
  const tree = css.parse(source, { positions: true, parseCustomProperty: true });
  css.walk(tree, {
    enter(node) {
      if (node.type === "Atrule") checkAtrule(node, note);
      if (node.type === "Atrule" && node.name === "supports") return this.skip;
      if (node.type === "NestingSelector" || (node.type === "Raw" && this.block && !this.declaration)) {
        note(node, "nesting", missing(bcd.css.selectors.nesting));
      }
      if (node.type === "Declaration") checkDeclaration(node, this.block, note);
      if (node.type === "Feature") note(node, `@media (${node.name})`, missing(own(bcd.css["at-rules"].media, node.name)));
      if (node.type === "PseudoClassSelector" || node.type === "PseudoElementSelector") {
        note(node, `:${node.name}`, missing(own(bcd.css.selectors, node.name)));
      }
      return undefined;
    },
  });
  return found;
}

function checkAtrule(node, note) {
  note(node, `@${node.name}`, missing(own(bcd.css["at-rules"], node.name)));
}

function checkDeclaration(node, block, note) {
  if (hasFallback(node, block)) return;
  const property = own(bcd.css.properties, node.property);
  note(node, node.property, missing(property));
  css.walk(node.value, (part) => {
    if (part.type === "Function") note(part, `${part.name}()`, missingInAll(namesakes(TYPES, part.name)));
    if (part.type === "Identifier") note(part, `${node.property}: ${part.name}`, missing(own(property, part.name)));
    if (part.type === "Operator" && part.value === "/" && node.property === "content") {
      note(part, "content: … / …", missing(property.alt_text));
    }
  });
}

/** With var() in it, a value that is not understood is not dropped: then an earlier one does not count. */
function hasFallback(node, block) {
  if (css.find(node.value, (part) => part.type === "Function" && part.name === "var")) return false;
  const before = block?.children.toArray() ?? [];
  return before.slice(0, before.indexOf(node)).some(({ property }) => [node.property, `-webkit-${node.property}`].includes(property));
}
