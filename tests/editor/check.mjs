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

/** The mistakes, and those of them that the schema does not show: `validate` warns of what a store may hold. */
const mistakes = { all: 0, unseen: 0 };

/** The comments `# says …` in a line are its complaints, in their order, and there are no others. `# unseen` is a mistake without one. */
async function mistakesAreSeen(path) {
  const text = read(path);
  const expected = text.split("\n").flatMap((line, index) => {
    const [mistake, ...said] = line.split(" # says ");
    const isUnseen = mistake.endsWith(" # unseen");
    mistakes.all += said.length > 0 || isUnseen ? 1 : 0;
    mistakes.unseen += isUnseen ? 1 : 0;
    return said.map((complaint) => `${index + 1}: ${complaint}`);
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

/** Under `spec` stand the fields of the kind, all of them, and none of another kind. An item of several fields is named by their place. */
async function completionIsOfTheKind(kind, fields) {
  const { items } = await ask("completion", `completion-${kind}`, `${beginning(kind)}  ¶\n`);
  const unnamed = items.filter(({ label }) => label.includes("object("));
  assert.deepEqual(unnamed, [], "an item is named after the schema of the whole manifest");
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

const ofField = (field) => `${beginning("PackageKey")}  user: alice
  application: checkout
  package: payments
  plan: gold
${field === "key" ? "" : "  key: {generate: {}}\n"}  ${field}: ¶`;

/** What the snippet writes has no complaints when each placeholder stays as it is. */
async function snippetIsClean(marked, label) {
  const name = `snippet-${label}`;
  const { items } = await ask("completion", name, marked);
  const found = items.find((item) => item.label === label);
  assert.ok(found, `only ${items.map((item) => item.label)} is offered`);
  const written = (found.textEdit?.newText ?? found.insertText).replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\d+/g, "");
  // An editor indents the lines of a snippet like the line that it stands in.
  const [indent] = /^ */.exec(marked.split("\n").at(-1));
  const text = marked.replace("¶", written.replaceAll("\n", `\n${indent}`));
  assert.deepEqual((await server.change(uri(`${MANIFESTS}${name}.yaml`), text)).map(said), [], text);
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
  ...Object.keys(definitions).map((kind) => [`snippet of a ${kind}`, () => snippetIsClean("¶", kind)]),
  ...["key", "deliver"].flatMap((field) => {
    const snippets = fieldsOf("PackageKey")[field].defaultSnippets;
    return snippets.map(({ label }) => [`snippet ${label} of ${field}`, () => snippetIsClean(ofField(field), label)]);
  }),
  ["hover over rotation", () => hoverShowsTheSentence("PackageKey", "rotation", rotation)],
];
let failures = 0;
for (const [name, check] of checks) {
  await check().catch((error) => {
    failures += 1;
    console.error(`tests/editor: ${name}: ${error.message}\n`);
  });
}
const seen = mistakes.all - mistakes.unseen;
if (mistakes.all < 27 || seen < 0.92 * mistakes.all) failures += 1;
console.log(`tests/editor: ${seen} of ${mistakes.all} mistakes are shown`);
console.log(`tests/editor: ${checks.length - failures} of ${checks.length} checks hold`);
process.exit(failures === 0 ? 0 : 1);
