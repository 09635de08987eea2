// Prints what the page uses that a promised browser lacks, a line each: node lint.mjs static templates
import { readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { ALLOWED } from "./allowed.mjs";
import { checkMarkup } from "./markup.mjs";
import { checkCalls, checkSyntax } from "./scripts.mjs";
import { checkStyles } from "./styles.mjs";

const ANY_BROWSER = 5; // ECMAScript of scripts that must also run in browsers that are too old
const PROMISED = 2022;

const [folder, templates] = process.argv.slice(2);
const files = [folder, templates].flatMap((root) => readdirSync(root, { recursive: true }).map((name) => `${root}/${name}`));
const own = files.filter((path) => !path.includes("/vendor/"));
const ofKind = (paths, kind) => paths.filter((path) => path.endsWith(kind));
const read = (path) => readFileSync(path, "utf8");
const check = (paths, run) => paths.flatMap((path) => run(read(path), path).map((one) => ({ path, ...one })));

const found = [
  ...check(ofKind(own, ".css"), checkStyles),
  ...check([...ofKind(own, ".html"), ...ofKind(own, ".js")].filter((path) => !path.includes("/mail/")), checkMarkup),
  ...check(ofKind(files, ".js"), (source, path) => checkSyntax(source, isClassic(path) ? ANY_BROWSER : PROMISED, "module")),
  ...checkCalls(ofKind(own, ".js")),
].filter(({ feature }) => !(feature.split(": ")[0] in ALLOWED)); // "cursor: pointer" with "cursor"

for (const { path, line, feature, lacking } of found) console.log(`${relative(".", path)}:${line}: ${feature} is not in ${lacking}`);
process.exitCode = found.length ? 1 : 0;

function isClassic(path) {
  return path.endsWith("/browser_check.js");
}
