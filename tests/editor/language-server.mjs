// A yaml-language-server on the other end of a pipe: the part of an editor that talks to it.

import { spawn } from "node:child_process";

const PATIENCE = 15_000; // milliseconds for one answer; the first one reads the schemas

/** `settings` are what an editor keeps in its settings file, one section a key. */
export async function start(program, root, settings) {
  const server = new LanguageServer(program, settings);
  await server.request("initialize", {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: "keywright" }],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true },
      textDocument: { hover: { contentFormat: ["markdown"] }, completion: { completionItem: {} } },
    },
  });
  const configured = server.next("workspace/configuration");
  server.notify("initialized", {});
  await configured;
  return server;
}

class LanguageServer {
  #child;
  #settings;
  #rest = Buffer.alloc(0);
  #last = 0;
  #waiting = new Map();

  constructor(program, settings) {
    this.#settings = settings;
    this.#child = spawn(process.execPath, [program, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout.on("data", (bytes) => this.#read(bytes));
    this.#child.on("exit", (code) => {
      console.error(`tests/editor: the language server ended by itself with ${code}`);
      process.exit(1);
    });
    this.#child.stdin.on("error", () => {}); // its end says more
    process.on("exit", () => this.#child.kill("SIGKILL"));
    process.on("SIGTERM", () => process.exit(1));
  }

  open(uri, text) {
    const published = this.#diagnostics(uri);
    this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    return published;
  }

  change(uri, text) {
    const published = this.#diagnostics(uri);
    this.notify("textDocument/didChange", { textDocument: { uri, version: 2 }, contentChanges: [{ text }] });
    return published;
  }

  async #diagnostics(uri) {
    return (await this.next(`textDocument/publishDiagnostics ${uri}`)).diagnostics;
  }

  request(method, params) {
    const id = ++this.#last;
    const answer = this.next(id, method);
    this.#send({ id, method, params });
    return answer;
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /** Whatever comes next under this key: the number of a request, or what the server says of its own accord. */
  next(key, what = key) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${what} within ${PATIENCE} ms`)), PATIENCE);
      const end = (how) => (value) => {
        clearTimeout(late);
        this.#waiting.delete(key);
        how(value);
      };
      this.#waiting.set(key, { resolve: end(resolve), reject: end(reject) });
    });
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.#child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#child.stdin.write(body);
  }

  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const head = this.#rest.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#rest.subarray(0, head).toString())[1]);
      const end = head + 4 + length;
      if (this.#rest.length < end) return;
      const message = JSON.parse(this.#rest.subarray(head + 4, end).toString());
      this.#rest = this.#rest.subarray(end);
      this.#take(message);
    }
  }

  #take({ id, method, params, result, error }) {
    if (method === undefined) {
      if (error) this.#waiting.get(id)?.reject(new Error(error.message));
      else this.#waiting.get(id)?.resolve(result);
      return;
    }
    if (id !== undefined) this.#send({ id, result: this.#answer(method, params) });
    const key = method === "textDocument/publishDiagnostics" ? `${method} ${params.uri}` : method;
    this.#waiting.get(key)?.resolve(params);
  }

  #answer(method, params) {
    if (method !== "workspace/configuration") return null;
    return params.items.map(({ section }) => this.#settings[section] ?? null);
  }
}
