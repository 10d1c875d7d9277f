"""Checks that a release build lists its dependencies, so that scanners of binaries see them.

    python3 tests/supply-chain/listed.py target/release/keywright
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import zlib

binary = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    section = pathlib.Path(folder, "list")
    subprocess.run(["objcopy", "--dump-section", f".dep-v0={section}", binary, f"{folder}/copy"], check=True)
    packages = json.loads(zlib.decompress(section.read_bytes()))["packages"]

listed = {(package["name"], package["version"]) for package in packages if package.get("kind") != "build"}
lock = tomllib.loads(pathlib.Path(__file__).parents[2].joinpath("Cargo.lock").read_text())
known = {(package["name"], package["version"]) for package in lock["package"]}
direct = tomllib.loads(pathlib.Path(__file__).parents[2].joinpath("Cargo.toml").read_text())["dependencies"]
names = {name for name, _ in listed}
packages = {value.get("package", name) if isinstance(value, dict) else name for name, value in direct.items()}
missing = sorted(packages - names)
unknown = sorted(listed - known)
if missing or unknown:
    sys.exit(f"{binary}: not listed: {missing}; listed, but not in Cargo.lock: {unknown}")
print(f"{binary} lists {len(listed)} packages, as in Cargo.lock.")
