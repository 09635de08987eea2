// Unpacks Chromium 109 into chromium/: node unpack.mjs
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

const packed = (name) => brotliDecompressSync(readFileSync(new URL(`node_modules/@sparticuz/chromium/bin/${name}`, import.meta.url)));
const folder = new URL("chromium/", import.meta.url).pathname;

mkdirSync(folder, { recursive: true });
execFileSync("tar", ["--no-same-owner", "-xf", "-", "-C", folder], { input: packed("swiftshader.tar.br") });
writeFileSync(`${folder}chromium`, packed("chromium.br"), { mode: 0o755 });
