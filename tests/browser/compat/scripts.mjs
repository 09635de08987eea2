// What scripts use that promised browsers lack: by its type where TypeScript can infer it, else by its name.
import { parse } from "acorn";
import ts from "typescript";
import { bcd, missing, missingInAll, namesakes, own } from "./support.mjs";

const BUILTINS = bcd.javascript.builtins;
// Of a value whose type is not known, a method is looked up in these
const COMMON = [...Object.keys(bcd.api).filter((name) => /^(HTML.*)?Element$/.test(name)).map((name) => bcd.api[name]),
  ...["Node", "Document", "DocumentFragment", "Window", "Navigator", "Location", "History", "Event", "EventTarget", "KeyboardEvent", "URL",
    "URLSearchParams", "FormData", "Response", "Request", "Headers", "AbortSignal", "AbortController", "DOMTokenList", "NodeList", "Range",
    "Selection", "Storage", "CSS", "Notification", "Performance"].map((name) => bcd.api[name]),
  ...Object.values(BUILTINS), ...Object.values(BUILTINS.Intl)];
const OPTIONS = { allowJs: true, checkJs: true, noEmit: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"] };

/** Return [{line, feature, lacking}] for a syntax error in that version of ECMAScript. */
export function checkSyntax(source, ecmaVersion, sourceType) {
  try {
    parse(source, { ecmaVersion, sourceType });
    return [];
  } catch (error) {
    return [{ line: error.loc.line, feature: error.message, lacking: `the syntax of ECMAScript ${ecmaVersion}` }];
  }
}

/** Return what these files use, as [{path, line, feature, lacking}]. */
export function checkCalls(paths) {
  const program = ts.createProgram(paths, OPTIONS);
  const checker = program.getTypeChecker();
  return paths.flatMap((path) => checkFile(program.getSourceFile(path), checker).map((one) => ({ path, ...one })));
}

function checkFile(file, checker) {
  const found = [];
  const visit = (node) => {
    const { feature, lacking } = ts.isIdentifier(node) ? missingOf(node, checker) : {};
    if (lacking) found.push({ line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1, feature, lacking });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Return what the name stands for ("URLSearchParams.size"; ".size" of an unknown object), and who lacks it. */
function missingOf(node, checker) {
  if (isOfDataset(node)) return {};
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  const owners = declarations.filter(isOfBrowser).map(ownerOf);
  const { parent, text } = node;
  if (ts.isPropertyAssignment(parent) && parent.name === node) { // Object.assign(element, {…})
    return { feature: `Element.${text}`, lacking: missing(own(bcd.api.Element, text)) };
  }
  if (!isMember(node)) return { feature: text, lacking: owners.length && missing(own(bcd.api, text) ?? own(BUILTINS, text)) };
  if (owners.length) return { feature: `${owners[0]}.${text}`, lacking: missingMember(owners, text) };
  return { feature: `.${text}`, lacking: !declarations.length && missingInAll(namesakes(COMMON, text)) };
}

/** Names after a dot, and names taken out of objects. */
const isMember = (node) => (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
  (ts.isBindingElement(node.parent) && ts.isObjectBindingPattern(node.parent.parent));

const isOfDataset = ({ parent }) => parent.expression?.name?.text === "dataset";

const isOfBrowser = (declaration) => /\/typescript\/lib\/lib\.[^/]*$/.test(declaration.getSourceFile().fileName);

/** Return the name of the interface in MDN's data, of a constructor's members too (`declare var URL: {…}`). */
function ownerOf({ parent }) {
  const owner = ts.isTypeLiteralNode(parent) && parent.parent.name ? parent.parent : parent;
  return owner.name?.text?.replace(/^Readonly(?=Array|Map|Set)|Constructor$/g, "").replace("IteratorObject", "Iterator") ?? "";
}

/** A mixin such as ParentNode is not in the data by its name: then all that have the member count. */
function missingMember(owners, name) {
  if (owners.includes("CSSStyleDeclaration")) return missing(own(bcd.css.properties, name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)));
  const known = owners.flatMap((owner) => [own(bcd.api, owner), own(BUILTINS, owner), own(BUILTINS.Intl, owner)]).filter(Boolean);
  const features = namesakes(known, name);
  return missingInAll(features.length ? features : namesakes(COMMON, name));
}
