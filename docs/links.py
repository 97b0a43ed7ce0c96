#!/usr/bin/env python3
"""Holds every link and anchor inside the built book against what is there. Links to other sites are not followed.

    links.py FOLDER
"""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.names, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        fields = dict(attributes)
        if fields.get("id"):
            self.names.add(fields["id"])
        for key in ("href", "src"):
            if fields.get(key):
                self.links.append(fields[key])


def main(folder: Path) -> int:
    pages = {path.resolve(): Page(path.read_text()) for path in folder.rglob("*.html")}
    faults, checked = [], 0
    for path, page in pages.items():
        # The page for addresses that are not there is shown at any of them.
        if path.name == "404.html":
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            checked += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target = target / "index.html"
            if not target.exists():
                faults.append(f"{path.relative_to(folder.resolve())}: {link} leads nowhere")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                faults.append(f"{path.relative_to(folder.resolve())}: {link}: no such place on the page")
    print("\n".join(faults[:50] + [f"links: {checked} on {len(pages)} pages, {len(faults)} lead nowhere"]))
    return 1 if faults or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
