"""Checks the links of the pages to files and headings of this repository, and that the book lists every page."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^()\s]+)\)|(?:href|src)=\"([^\"]+)\"")


def without_code(text):
    """The text without code blocks and code, where brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def anchors(path):
    """The anchors of the headings of a page, as GitHub and mdBook make them."""
    found = set()
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)
    for heading in re.findall(r"^#+ +(.+)$", text, flags=re.M):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (name if number == 0 else f"{name}-{number}") in found:
            number += 1
        found.add(name if number == 0 else f"{name}-{number}")
    return found


def problems():
    pages = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])
    for page in pages:
        for match in LINK.finditer(without_code(page.read_text())):
            link = match.group(1) or match.group(2)
            if re.match(r"[a-z]+:", link):
                continue
            name, _, anchor = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if not target.exists():
                yield f"{page.relative_to(ROOT)}: {link}: there is no such file"
            elif page.is_relative_to(ROOT / "docs") and not target.is_relative_to(ROOT / "docs"):
                yield f"{page.relative_to(ROOT)}: {link}: the book has no such page: write the path as code"
            elif anchor and target.suffix == ".md" and anchor not in anchors(target):
                yield f"{page.relative_to(ROOT)}: {link}: there is no such heading"
    listed = {match.group(1) for match in LINK.finditer((ROOT / "docs/SUMMARY.md").read_text())}
    for page in sorted(ROOT.glob("docs/**/*.md")):
        name = page.relative_to(ROOT / "docs").as_posix()
        if name not in listed | {"SUMMARY.md"}:
            yield f"docs/SUMMARY.md: {name} is not in the book"


found = list(problems())
print("\n".join(found) or "Every link leads somewhere, and every page is in the book.")
sys.exit(1 if found else 0)
