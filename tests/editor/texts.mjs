// Reads the texts of an export with the package `yaml`, as YAML 1.2 and 1.1: node texts.mjs MODULE, where MODULE is the
// package's entry file.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { default: YAML } = await import(pathToFileURL(process.argv[2]).href);
const read = (name) => readFileSync(new URL(`../yaml/${name}`, import.meta.url), "utf8");
const texts = JSON.parse(read("texts.json"));
for (const version of ["1.2", "1.1"]) {
  const [document] = YAML.parseAllDocuments(read("texts.yaml"), { version });
  assert.deepEqual([...document.errors, ...document.warnings], []);
  const readBack = document.toJS({ mapAsMap: true }).get("spec").get("eav");
  texts.forEach((text, at) => assert.equal(readBack.get(`n${at}`), text, `YAML ${version}, text ${at}`));
  texts.filter((text) => !/^\p{White_Space}*$/u.test(text)).forEach((text) => assert.equal(readBack.get(text), "x", `YAML ${version}, name ${text}`));
}
console.log(`yaml ${texts.length} texts are read back as YAML 1.2 and 1.1`);
