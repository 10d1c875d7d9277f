"""Finds the changes of the code that no test notices. README.md describes how."""

import argparse
import collections
import concurrent.futures
import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from switch import switch

MODULES = ("removal consents moves deliveries memory rotation transfer odd rotate saved_plan drift laws").split()
GOLDEN = "cases::every_case_prints_the_expected_output"


class Tests:
    """The tests of one stage: those of the library, the golden cases, or modules of `it`."""

    def __init__(self, stage, binary, names, root):
        self.stage, self.binary, self.names, self.root = stage, binary, names, root
        self.reached = {}  # test -> (seconds, the switches that it reaches)

    def run(self, names, limit, **environment):
        """Whether all pass within the limit, and which failed."""
        arguments = list(names)
        if self.stage == "cases":
            environment["KEYWRIGHT_CASES"], arguments = " ".join(names), [GOLDEN]
        command = [self.binary, "--exact", "--test-threads", "1", *arguments]
        environment = {**os.environ, "CARGO_MANIFEST_DIR": str(self.root), "RAYON_NUM_THREADS": "1", **environment}
        ran = subprocess.Popen(command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
        try:
            said = ran.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            os.killpg(ran.pid, signal.SIGKILL)
            ran.communicate()
            return False, ["too slow"]
        if ran.returncode == 0:
            return True, []
        lines = said.splitlines()
        if self.stage == "cases":
            return False, [line.split(":")[0].split("/")[2] for line in lines if line.startswith("tests/cases/")]
        return False, [line.split(" ")[1] for line in lines if line.startswith("test ") and line.endswith(" FAILED")]

    def measure(self, folder, pool):
        """Runs each test alone to see which switches it reaches."""
        saved = folder / f"reached-{self.stage}.json"
        if saved.exists():
            self.reached = json.loads(saved.read_text())

        def one(numbered):
            index, name = numbered
            file = folder / f"reached-{index}"
            began = time.monotonic()
            passed, _ = self.run([name], 900, MUTANT_REACHED=str(file))
            seconds = time.monotonic() - began
            content = file.read_bytes() if file.exists() else b""
            file.unlink(missing_ok=True)
            if not passed:
                print(f"{name} fails without a change, and is left out", flush=True)
            numbers = {int.from_bytes(content[at:at + 4], "little") for at in range(0, len(content), 4)}
            return name, (seconds, sorted(numbers) if passed else [])

        self.reached.update(pool.map(one, enumerate(name for name in self.names if name not in self.reached)))
        saved.write_text(json.dumps(self.reached))

    def by_change(self):
        found = collections.defaultdict(list)
        for name in self.names:
            for number in self.reached[name][1]:
                found[number].append(name)
        return found


class Results:
    """One line of JSON for each change and stage, kept between runs."""

    def __init__(self, path):
        self.path, self.lock, self.lines = path, threading.Lock(), {}
        if path.exists():
            for line in path.read_text().splitlines():
                line = json.loads(line)
                self.lines[line["number"], line["stage"]] = line

    def add(self, **line):
        with self.lock:
            self.lines[line["number"], line["stage"]] = line
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def is_done(self, number, stage, most):
        line = self.lines.get((number, stage))
        return line is not None and (line["killed"] or line["tests"] >= min(line["of"], most or line["of"]))

    def is_killed(self, number):
        return any(line["killed"] for (other, _), line in self.lines.items() if other == number)


def judge(number, mutant, tests, names, results, kills, most):
    """Runs the tests that reach a change until one fails. First those that noticed other changes of the same function, then
    those that reach few changes."""
    key = mutant["file"], (mutant["function"] or {}).get("function_name")
    breadth = lambda name: len(tests.reached[name][1])
    names = sorted(names, key=lambda name: (-kills[key, name], breadth(name), name))
    reaching, names = len(names), names[:most]
    done, budget = 0, 0.3
    while done < len(names):
        chunk, seconds = [], 0
        while done < len(names) and (not chunk or seconds < budget):
            chunk.append(names[done])
            seconds += tests.reached[names[done]][0]
            done += 1
        budget *= 3
        passed, failed = tests.run(chunk, 20 + 20 * seconds, MUTANT=str(number))
        if not passed:
            for name in failed:
                kills[key, name] += 1
            results.add(number=number, stage=tests.stage, killed=True, tests=failed)
            return
    results.add(number=number, stage=tests.stage, killed=False, tests=len(names), of=reaching)


def binaries(root, build):
    """The test programs of the library and of `it`."""
    ran = subprocess.run([*build, "--message-format=json"], cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    artifacts = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    found = {line["target"]["name"]: line["executable"] for line in artifacts if line.get("executable")
             and line["profile"]["test"] and line["target"]["kind"] != ["bin"]}
    return found["keywright"], found["it"]


def listed(binary, root):
    said = subprocess.run([binary, "--list"], cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [line.removesuffix(": test") for line in said.splitlines() if line.endswith(": test")]


def report(mutants, missing, chosen, stages, results):
    """Counts by folder, and the changes that survive everything."""
    table = collections.defaultdict(collections.Counter)
    survivors = []
    for number in sorted(chosen):
        mutant = mutants[number]
        row = table["/".join(mutant["file"].removesuffix(".rs").split("/")[:2])]
        row["listed"] += 1
        killed = [stage for stage in stages if results.lines.get((number, stage), {}).get("killed")]
        what = missing.get(number) or (killed[0] if killed else "survived")
        row[what] += 1
        if what == "survived":
            survivors.append(f"{number} {mutant['name']}")
    columns = ["listed", "unviable", "not switchable", *stages, "survived"]
    print("folder", *columns, sep="\t")
    for folder, row in sorted(table.items()):
        print(folder, *(row[column] for column in columns), sep="\t")
    return survivors


def main():
    parser = argparse.ArgumentParser(prog="tests/mutants/run")
    parser.add_argument("--folder", type=Path, required=True, help="for the tree, the tables and the results")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--most", type=int, help="the number of tests to run for a change in each stage")
    parser.add_argument("--modules", nargs="*", default=MODULES, help="modules of `it` that run after the golden cases")
    parser.add_argument("files", nargs="*", default=[""], help="only changes of files of src whose paths start so")
    arguments = parser.parse_args()
    folder, root = arguments.folder, arguments.folder / "tree"

    mutants = json.loads((folder / "mutants.json").read_text())
    written = folder / "missing.json"
    if not written.exists():
        missing = switch(mutants, arguments.source, root, ["cargo", "check", "--lib", "--message-format=json", "--locked"])
        written.write_text(json.dumps(missing))
    starts = tuple(f"src/{start}" for start in arguments.files)
    chosen = {number for number, mutant in enumerate(mutants) if mutant["file"].startswith(starts)}
    missing = {int(number): why for number, why in json.loads(written.read_text()).items()}
    wanted = chosen - missing.keys()
    library, it = binaries(root, ["cargo", "test", "--no-run", "--lib", "--test", "it", "--locked"])

    results = Results(folder / "results.jsonl")
    modules = [name for name in listed(it, root) if name.split("::")[0] in arguments.modules]
    cases = sorted(path.name for path in (root / "tests/cases").iterdir() if path.is_dir())
    stages = [Tests("lib", library, listed(library, root), root), Tests("cases", it, cases, root), Tests("it", it, modules, root)]
    kills = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for tests in stages:
            tests.measure(folder, pool)
            reaching = tests.by_change()
            left = [number for number in sorted(wanted & reaching.keys())
                    if not results.is_killed(number) and not results.is_done(number, tests.stage, arguments.most)]
            print(f"{tests.stage}: {len(tests.names)} tests, {len(left)} changes to judge", flush=True)
            judge_one = lambda number: judge(number, mutants[number], tests, reaching[number], results, kills, arguments.most)
            list(pool.map(judge_one, left))
    survivors = report(mutants, missing, chosen, [tests.stage for tests in stages], results)
    (folder / "survivors").write_text("\n".join(survivors) + "\n")
    print(f"{len(survivors)} changes survive: {folder / 'survivors'}")


if __name__ == "__main__":
    main()
