"""Writes every change that cargo-mutants lists into one source tree, each behind a switch: `if crate::mutant(N) { the
changed expression } else { the expression }`. Changes that do not compile in this form are removed until the rest does."""

import json
import subprocess
from pathlib import Path

import tree_sitter
import tree_sitter_rust

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_rust.language()))

ONCE = b"::std::iter::once("

# Reads the number of the change once. With MUTANT_REACHED=file it changes nothing, and appends the number of each
# switch to the file when it is first reached.
SWITCH = """
pub fn mutant(number: u32) -> bool {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicBool, Ordering};
    static ACTIVE: std::sync::LazyLock<(u32, Option<std::fs::File>)> = std::sync::LazyLock::new(|| {
        let active = std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(u32::MAX);
        let append = |path| std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        (active, std::env::var_os("MUTANT_REACHED").map(append))
    });
    static REACHED: [AtomicBool; 20_000] = [const { AtomicBool::new(false) }; 20_000];
    let (active, file) = &*ACTIVE;
    let Some(mut file) = file.as_ref() else { return *active == number };
    if !REACHED[number as usize].swap(true, Ordering::Relaxed) {
        file.write_all(&number.to_le_bytes()).unwrap();
    }
    false
}
"""


class File:
    """One source file with its switches. Positions are bytes."""

    def __init__(self, text):
        self.text = text
        self.root = PARSER.parse(text).root_node
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.wraps = {}  # (start, end) -> the changed forms: [(number, text)]
        self.inserts = []  # (start, end, number, before, after)
        self.regions = []  # of the written file: (start, end, numbers)

    def place(self, at):
        """cargo-mutants counts lines and characters from one."""
        start = self.starts[at["line"] - 1]
        line = self.text[start:self.starts[at["line"]]].decode()
        return start + len(line[:at["column"] - 1].encode())

    def add(self, number, mutant):
        """Why the place has no form with a switch, or nothing."""
        start, end = self.place(mutant["span"]["start"]), self.place(mutant["span"]["end"])
        node = self.root.descendant_for_byte_range(start, end)
        new = mutant["replacement"].encode()
        genre = mutant["genre"]
        if inside(node, "token_tree") or inside(node, "const_item", "static_item") and genre != "FnValue":
            return "not switchable"
        self.free(node)
        if genre == "FnValue":
            returns = mutant["function"]["return_type"]
            if "-> impl Iterator" in returns and (new == b"::std::iter::empty()" or new.startswith(ONCE)):
                closed = b" }).take(if crate::mutant(%d) { 0 } else { usize::MAX })" % number
                if new.startswith(ONCE):
                    item = new.removeprefix(ONCE).removesuffix(b")")
                    closed += b".chain(if crate::mutant(%d) { Some(" % number + item + b") } else { None })"
                self.inserts.append((start, end, number, b"({ ", closed))
            elif "impl " in returns:
                return "not switchable"
            else:
                self.inserts.append((start, start, number, b"if crate::mutant(%d) { return " % number + new + b"; } ", b""))
        elif genre in ("BinaryOperator", "UnaryOperator"):
            # `||` does not compile beside a `let` of the same condition.
            if node.type in ("&&", "||") and node.parent.type == "let_chain":
                return "unviable"
            node = up(node, "binary_expression", "unary_expression", "compound_assignment_expr")
            if node is None:
                return "not switchable"
            self.wrap(number, node, start, end, new)
        elif genre == "MatchArmGuard":
            if b"let " not in self.text[start:end]:
                self.wraps.setdefault((start, end), []).append((number, new))
            elif new == b"false":
                self.inserts.append((start, start, number, b"!crate::mutant(%d) && " % number, b""))
            else:
                return "unviable"
        elif genre == "MatchArm":
            arm = up(self.root.descendant_for_byte_range(start, start + 1), "match_arm")
            pattern = arm.child_by_field_name("pattern")
            guard = pattern.child_by_field_name("condition")
            if guard is None:
                self.inserts.append((pattern.end_byte, pattern.end_byte, number, b" if !crate::mutant(%d)" % number, b""))
            else:
                opened, closed = (b"", b"") if b"let " in guard.text else (b"(", b")")
                self.inserts.append((guard.start_byte, guard.end_byte, number, b"!crate::mutant(%d) && " % number + opened, closed))
        elif genre == "StructField":
            self.wrap(number, up(node, "struct_expression"), start, end, new)
        else:
            return "not switchable"
        return None

    def free(self, node):
        """Takes `const` from the function around: a `const fn` cannot read a switch."""
        function = up(node, "function_item")
        for modifiers in [] if function is None else function.children:
            for child in modifiers.children if modifiers.type == "function_modifiers" else []:
                if child.type == "const":
                    self.text = self.text[:child.start_byte] + b" " * len(b"const") + self.text[child.end_byte:]

    def wrap(self, number, node, start, end, new):
        form = self.text[node.start_byte:start] + new + self.text[end:node.end_byte]
        self.wraps.setdefault((node.start_byte, node.end_byte), []).append((number, form))

    def written(self):
        """The text with all switches. Fills `regions`."""
        pieces = [(start, end, forms, None) for (start, end), forms in self.wraps.items()]
        pieces += [(start, end, [(number, None)], (before, after)) for start, end, number, before, after in self.inserts]
        events = []
        for index, (start, end, forms, insert) in enumerate(pieces):
            if start == end:
                events.append(((start, 1, 0, index), "only", index))
            else:
                events.append(((start, 2, -end, insert is None), "open", index))
                events.append(((end, 0, -start, insert is not None), "close", index))
        events.sort(key=lambda event: event[0])
        out, size, done, opened = [], 0, 0, {}
        self.regions = []

        def write(text):
            nonlocal size
            out.append(text)
            size += len(text)

        for key, what, index in events:
            write(self.text[done:key[0]])
            done = key[0]
            _, _, forms, insert = pieces[index]
            if what != "close":
                opened[index] = size
                begin = size
                if insert:
                    write(insert[0])
                    self.regions.append((begin, size, [forms[0][0]]))
                else:
                    write(b"(")
                    for number, form in forms:
                        begin = size
                        write(b"if crate::mutant(%d) { " % number + form + b" } else ")
                        self.regions.append((begin, size, [number]))
                    write(b"{ ")
            if what == "close":
                write(insert[1] if insert else b" })")
                self.regions.append((opened[index], size, [number for number, _ in forms]))
        write(self.text[done:])
        return b"".join(out)

    def drop(self, numbers):
        self.inserts = [insert for insert in self.inserts if insert[2] not in numbers]
        kept = {span: [form for form in forms if form[0] not in numbers] for span, forms in self.wraps.items()}
        self.wraps = {span: forms for span, forms in kept.items() if forms}


def up(node, *types):
    while node is not None and node.type not in types:
        node = node.parent
    return node


def inside(node, *types):
    return up(node, *types) is not None


def blamed(files, genres, messages):
    """The changes that the compiler's errors are about."""
    numbers = set()
    for message in messages:
        spans = list(message["spans"])
        for child in message["children"]:
            spans += child["spans"]
        spans.sort(key=lambda span: not span["is_primary"])
        spans = [at for at in map(outermost, spans) if at["file_name"] in files]
        places = [(files[at["file_name"]], at["byte_start"], at["byte_end"]) for at in spans]
        about = set()
        if (message["code"] or {}).get("code") == "E0004":
            about = set() if not places else within(*places[0], "match_expression", "MatchArm", genres)
        found = [region for place in places for region in around(*place)]
        if not about and found:
            about = min(found, key=lambda region: (len(region[2]), region[1] - region[0]))[2]
        for place in places:
            about = about or within(*place, "function_item", "FnValue", genres)
        if not about and places:
            print("could not tell which change this is about:", message["rendered"])
        numbers.update(about)
    return numbers


def around(file, start, end):
    """The switches that a place is in, or that begin or end in it."""
    return [region for region in file.regions
            if region[0] < end and start < region[1] and (region[0] <= start or end <= region[1])]


def within(file, start, end, node, genre, genres):
    """The changes of a genre in the function or the match around a place."""
    around = up(PARSER.parse(file.written()).root_node.descendant_for_byte_range(start, end), node)
    if around is None:
        return set()
    return {number for begin, end, about in file.regions for number in about
            if genres[number] == genre and around.start_byte <= begin and end <= around.end_byte}


def outermost(span):
    while span.get("expansion"):
        span = span["expansion"]["span"]
    return span


def errors(root, command):
    ran = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    messages = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    found = [message["message"] for message in messages if message["reason"] == "compiler-message"]
    return ran.returncode, [message for message in found if message["level"] == "error"]


def switch(mutants, source, root, check):
    """Writes the tree. Returns why each change that is not in it is missing: number -> reason."""
    files, missing, genres = {}, {}, [mutant["genre"] for mutant in mutants]
    for number, mutant in enumerate(mutants):
        file = files.setdefault(mutant["file"], None) or File((Path(source) / mutant["file"]).read_bytes())
        files[mutant["file"]] = file
        why = file.add(number, mutant)
        if why:
            missing[number] = why
    library = (Path(source) / "src/lib.rs").read_text()
    (Path(root) / "src/lib.rs").write_text(library + SWITCH)
    for name, file in files.items():
        (Path(root) / name).write_bytes(file.written())
    while True:
        code, found = errors(root, check)
        if code == 0:
            return missing
        numbers = blamed(files, genres, found)
        print(f"{len(found)} errors, {len(numbers)} changes removed", flush=True)
        if not numbers:
            raise SystemExit("the tree does not compile")
        missing.update({number: "unviable" for number in numbers})
        for name in {mutants[number]["file"] for number in numbers}:
            files[name].drop(numbers)
            (Path(root) / name).write_bytes(files[name].written())
