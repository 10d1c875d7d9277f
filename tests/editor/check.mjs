// What an author sees in an editor: node check.mjs PROGRAM, where PROGRAM is a yaml-language-server.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

import { start } from "./language-server.mjs";

const ROOT = new URL("../../", import.meta.url);
const uri = (path) => new URL(path, ROOT).href;
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");
const yamlFiles = (folder) => {
  const names = readdirSync(new URL(folder, ROOT), { recursive: true }).filter((name) => name.endsWith(".yaml"));
  return names.sort().map((name) => folder + name);
};

// The folder that the README's settings speak of stands for the reader's own: here for two of the examples.
const MANIFESTS = ["examples/payments-platform/", "examples/file-transfer-keys/"];
const settings = /^\{ "yaml\.schemas": .*$/m.exec(read("docs/editor.md"))[0];
const schemas = Object.fromEntries(
  Object.entries(JSON.parse(settings)["yaml.schemas"]).map(([schema, globs]) => [
    schema,
    [globs].flat().flatMap((glob) => (glob.includes("payments/") ? MANIFESTS.map((folder) => glob.replace("payments/", folder)) : [glob])),
  ]),
);
const server = await start(process.argv[2], ROOT.href, {
  yaml: { schemas: schemas, schemaStore: { enable: false } },
});

const said = ({ range, source, message }) => {
  return `${range.start.line + 1}: ${source.replace("yaml-schema: ", "")}: ${message}`;
};

/** Silence would also come of a schema that was not found, so every document must draw a complaint first. */
async function exampleIsClean(path) {
  const text = read(path);
  const kinds = [...text.matchAll(/^kind: (\w+)/gm)].map(([, kind]) => kind);
  const broken = await server.open(uri(path), text.replace(/^kind: .*$/gm, "$&\nnonsense: 1"));
  const complaints = broken.map(({ source, message }) => `${source}: ${message}`);
  const expected = kinds.map((kind) => `yaml-schema: Keywright ${kind}: Property nonsense is not allowed.`);
  assert.deepEqual(complaints, expected, "a field `nonsense` in every document draws other complaints");
  assert.deepEqual((await server.change(uri(path), text)).map(said), [], "as it is committed, it draws complaints");
}

/** A comment `# says …` stands in the line of every complaint, and there are no others. */
async function mistakesAreSeen(path) {
  const text = read(path);
  const expected = text.split("\n").flatMap((line, index) => {
    const [, complaint] = /# says (.*)$/.exec(line) ?? [];
    return complaint ? [`${index + 1}: ${complaint}`] : [];
  });
  const complaints = (await server.open(uri(path), text)).sort((a, b) => a.range.start.line - b.range.start.line);
  assert.deepEqual(complaints.map(said), expected);
}

/** Asks about the place where ¶ stands. */
async function ask(what, name, marked) {
  const [before, after] = marked.split("¶");
  const document = uri(`${MANIFESTS}${name}.yaml`);
  await server.open(document, before + after);
  const lines = before.split("\n");
  const position = { line: lines.length - 1, character: lines.at(-1).length };
  return server.request(`textDocument/${what}`, { textDocument: { uri: document }, position });
}

const beginning = (kind) => `apiVersion: keywright.dev/v1\nkind: ${kind}\nmetadata: {name: example}\nspec:\n`;

/** Under `spec` stand the fields of the kind, all of them, and none of another kind. */
async function completionIsOfTheKind(kind, fields) {
  const { items } = await ask("completion", `completion-${kind}`, `${beginning(kind)}  ¶\n`);
  const PROPERTY = 10; // beside them the server offers a skeleton of all that is required
  const offered = items.filter((item) => item.kind === PROPERTY).map(({ label }) => label);
  assert.deepEqual(offered.sort(), fields.sort());
}

/** Every object can be removed by its manifest. */
async function completionKnowsRemoved(kind) {
  const marked = `apiVersion: keywright.dev/v1\nkind: ${kind}\nmetadata:\n  name: example\n  re¶\n`;
  const { items } = await ask("completion", `removed-${kind}`, marked);
  assert.ok(items.some(({ label }) => label === "removed"), `only ${items.map(({ label }) => label)} is offered`);
}

async function hoverShowsTheSentence(kind, field, sentence) {
  const hover = await ask("hover", `hover-${kind}`, `${beginning(kind)}  ¶${field}: {}\n`);
  assert.ok(hover, `nothing is shown over \`${field}\``);
  assert.ok(hover.contents.value.includes(sentence), `«${sentence}» is not in «${hover.contents.value}»`);
}

const { definitions } = JSON.parse(read("schemas/keywright.schema.json"));
const fieldsOf = (kind) => definitions[kind].properties.spec.properties;
const rotation = fieldsOf("PackageKey").rotation.description;
const checks = [
  ...yamlFiles("examples/").map((path) => [path, () => exampleIsClean(path)]),
  ...yamlFiles("tests/editor/mistakes/").map((path) => [path, () => mistakesAreSeen(path)]),
  ...Object.keys(definitions).map((kind) => {
    return [`completion in a ${kind}`, () => completionIsOfTheKind(kind, Object.keys(fieldsOf(kind)))];
  }),
  ...Object.keys(definitions).map((kind) => [`completion of removed in a ${kind}`, () => completionKnowsRemoved(kind)]),
  ["hover over rotation", () => hoverShowsTheSentence("PackageKey", "rotation", rotation)],
];
let failures = 0;
for (const [name, check] of checks) {
  await check().catch((error) => {
    failures += 1;
    console.error(`tests/editor: ${name}: ${error.message}\n`);
  });
}
console.log(`tests/editor: ${checks.length - failures} of ${checks.length} checks hold`);
process.exit(failures === 0 ? 0 : 1);
