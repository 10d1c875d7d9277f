"""Runs the steps of the release workflow that need no other machine, and compares it with what the rest of the repository says:
the archives that cargo-binstall asks for, the version of Rust, the tools, and the targets whose dependencies are checked."""

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKFLOW = YAML(typ="safe").load((ROOT / ".github/workflows/release.yml").read_text())
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]
TARGETS = [one["target"] for one in WORKFLOW["jobs"]["build"]["strategy"]["matrix"]["include"]]
TAG = f"v{PACKAGE['version']}"


def check(condition, *said):
    if not condition:
        print(*said, file=sys.stderr)
        raise SystemExit("tests/ci/release.py: the release workflow does not fit, see above")


def step(job, name, folder, **environment):
    """The exit code of a step that runs in a folder, as the platform runs it."""
    [script] = [one["run"] for one in WORKFLOW["jobs"][job]["steps"] if one.get("name") == name]
    return subprocess.run(["bash", "--noprofile", "--norc", "-e", "-c", script], cwd=folder, env=os.environ | environment).returncode


def expanded(template, target):
    """A template of cargo-binstall, as it expands it for a target."""
    values = {
        "repo": PACKAGE["repository"], "version": PACKAGE["version"], "name": PACKAGE["name"],
        "bin": "keywright", "target": target, "binary-ext": "",
    }
    return re.sub(r"\{ (.*?) \}", lambda found: values[found[1]], template)


def binstall_finds_what_the_workflow_packs(folder):
    for name in ["README.md", "CHANGELOG.md", "LICENSE"]:
        (folder / name).write_text(name)
    binstall = PACKAGE["metadata"]["binstall"]
    for target in TARGETS:
        binary = folder / f"target/{target}/dist/keywright"
        binary.parent.mkdir(parents=True)
        binary.write_text("a program\n")
        binary.chmod(0o755)
        check(step("build", "Pack", folder, TAG=TAG, TARGET=target) == 0, target)
        base, name = expanded(binstall["pkg-url"], target).rsplit("/", 1)
        check(base == f"{PACKAGE['repository']}/releases/download/{TAG}", base)
        archive = folder / "dist" / name
        check(archive.exists(), f"cargo-binstall asks for {name}, and there is", os.listdir(folder / "dist"))
        with tarfile.open(archive) as opened:
            mode = {one.name: one.mode for one in opened.getmembers()}
        inside = expanded(binstall["bin-dir"], target)
        check(mode.get(inside, 0) & 0o111, f"cargo-binstall asks for {inside}, and there is", mode)
    check(len(os.listdir(folder / "dist")) == len(TARGETS), os.listdir(folder / "dist"))


def the_checksums_are_those_of_all_files(folder):
    check(step("release", "Write the checksums", folder) == 0)
    said = (folder / "dist/SHA256SUMS").read_text().splitlines()
    check(len(said) == len(TARGETS), said)
    check(subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder / "dist").returncode == 0, said)


def only_the_tag_of_the_version_is_released():
    name = "Compare the tag with the version"
    check(step("build", name, ROOT, TAG=TAG) == 0, TAG)
    for wrong in ["v0.0.0", PACKAGE["version"], f"{TAG}-rc.1"]:
        check(step("build", name, ROOT, TAG=wrong) != 0, wrong)


def versions_and_targets_agree():
    toolchain = WORKFLOW["env"]["RUSTUP_TOOLCHAIN"]
    check(toolchain == f"{PACKAGE['rust-version']}.0", toolchain, PACKAGE["rust-version"])
    [tools] = [one["run"] for one in WORKFLOW["jobs"]["build"]["steps"] if one.get("name") == "Install tools"]
    [auditable] = re.findall(r"install cargo-auditable (\S+)", (ROOT / "tests/supply-chain/run").read_text())
    check(f"cargo-auditable@{auditable}" in tools.split(), tools, auditable)
    checked = tomllib.loads((ROOT / "deny.toml").read_text())["graph"]["targets"]
    check(set(TARGETS) <= set(checked), TARGETS, checked)
    for template in (ROOT / "examples/ci/github").glob("*.yml"):
        check(f"--git {PACKAGE['repository']} " in template.read_text(), template, PACKAGE["repository"])


with tempfile.TemporaryDirectory() as temporary:
    binstall_finds_what_the_workflow_packs(pathlib.Path(temporary))
    the_checksums_are_those_of_all_files(pathlib.Path(temporary))
only_the_tag_of_the_version_is_released()
versions_and_targets_agree()
print(f"The release workflow packs what cargo-binstall asks for, for {len(TARGETS)} targets.")
