#!/usr/bin/env python3
"""Writes the source of the book: the texts beside this file, and pages of rules, services and commands, as the program tells them.

    generate.py ZSCOPE FOLDER
"""
import html
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
COMMANDS = ["check", "scan", "audit", "least", "who", "diff", "explain", "policy", "policy init", "policy lint", "policy test",
            "policy diff", "policy why", "policy show", "policy export", "catalog", "catalog list", "catalog show", "catalog search",
            "catalog stats", "catalog lint", "catalog diff", "catalog import", "lsp", "mcp", "init", "init ci", "schema", "completions",
            "man"]


def said(program: str, *args: str) -> str:
    return subprocess.run([program, *args], check=True, capture_output=True, text=True).stdout


def told(program: str, *args: str) -> dict:
    return json.loads(said(program, *args, "--format", "json"))


def plain(text: str) -> str:
    """A text that means nothing in Markdown."""
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", html.escape(text or "", quote=False)).replace("\n", " ")


def code(text: str) -> str:
    """A text as code, whatever backticks it holds."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{' ' if fence == '``' else ''}{text}{' ' if fence == '``' else ''}{fence}"


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def source(address: str) -> str:
    return f"<{address}>" if address.startswith("https://") and " " not in address else plain(address)


def rules(program: str, folder: Path) -> list:
    """A page a rule, and one that lists them; the lines of the summary."""
    every = told(program, "explain")["rules"]
    lines, listed = [], ["# Rules", "", "What findings are called. `zscope explain CODE` tells the same in a terminal.", ""]
    for rule in every:
        name = f"{rule['code']} {rule['rule']}"
        page = f"# {name}\n\n{sentence(plain(rule['summary']))}. Severity: {rule['severity']}.\n\n{rule['documentation'].strip()}\n"
        (folder / f"{rule['code']}.md").write_text(page)
        lines.append(f"  - [{name}](rules/{rule['code']}.md)")
        listed.append(f"- [{name}]({rule['code']}.md) ({rule['severity']}): {plain(rule['summary'])}")
    (folder / "index.md").write_text("\n".join(listed) + "\n")
    return lines


def needs(call: dict) -> str:
    """Which scopes open a call, and how sure that is."""
    sets = [" and ".join(code(scope) for scope in one) for one in call["needs"]]
    either = " or ".join(sets)
    flat = ", ".join(code(scope) for one in call["needs"] for scope in one)
    return {
        "unknown": "nobody states which scope it needs",
        "none": "it needs no scope",
        "unstated": f"any or all of {flat}: the vendor does not say which",
        "likely": f"likely {flat}, by their names",
        "disputed": f"{either} (disputed)",
    }.get(call["need"], either or "nobody states which scope it needs")


def service(shown: dict) -> str:
    """The page of a service: what it is, its resources with their scopes and calls, and what is known to be wrong."""
    page = [f"# {shown['service']}", "", f"{plain(shown['product'])}, {plain(shown['category'])}.", ""]
    if shown["docs"]:
        page += [f"The vendor's pages: {source(shown['docs'])}", ""]
    if shown["hosts"]:
        page += ["Hosts: " + ", ".join(code(host) for host in shown["hosts"]), ""]
    if shown["full_access"]:
        full = shown["full_access"]
        page += [f"{code(full['scope'])} gives everything in it ({full['status']}).", ""]

    calls = {}
    for call in shown["endpoints"]:
        first = call["needs"][0][0] if call["needs"] and call["needs"][0] else ""
        own, _, path = first.partition(".")
        path = path.rpartition(".")[0] if own == shown["service"] else ""
        calls.setdefault(path.lower(), []).append(call)

    def listed(of: list) -> list:
        return [f"- {code(call['call'])} {plain(call['summary'])}: {needs(call)}" for call in of]

    if shown["resources"]:
        page += ["## Resources", ""]
    for resource in shown["resources"]:
        page += [f"### {plain(resource['resource'])}", "", f"Gives: {plain(resource['grants'])}."]
        if resource["data"]:
            page[-1] += f" Data: {', '.join(resource['data'])}."
        page.append("")
        page += [f"- {operation['operation']}: {code(operation['scope'])} ({operation['status']})" for operation in resource["operations"]]
        page.append("")
        of = calls.pop(resource["resource"].lower(), [])
        if of:
            page += ["Calls:", "", *listed(of), ""]
    rest = [call for of in calls.values() for call in of]
    if rest:
        page += ["## Other calls", "", *listed(rest), ""]
    if shown["words"]:
        page += ["## One-word scopes", "", *(f"- {code(word['scope'])}: {plain(word['grants'])}" for word in shown["words"]), ""]
    if shown["groups"]:
        page += ["## What covers what", ""]
        for group in shown["groups"]:
            verb = "does not reach" if group["status"] == "separate" else "covers"
            page.append(f"- {code(group['parent'])} {verb} {code(group['children'])} ({group['status']})")
        page.append("")
    gone = [(each["scope"], each["status"], each["note"]) for each in shown["deprecated"] + shown["invalid"]]
    if gone:
        page += ["## Deprecated, or reported not to exist", ""]
        page += [f"- {code(scope)} ({status}){': ' + plain(note) if note else ''}" for scope, status, note in gone] + [""]
    if shown["sources"]:
        page += ["## Sources", "", *(f"- {source(each['address'])} ({plain(each['kind'])}, seen {each['seen']})" for each in shown["sources"])]
    return "\n".join(page) + "\n"


def services(program: str, folder: Path) -> list:
    """A page a service, and one that lists them; the lines of the summary."""
    every = told(program, "catalog", "list")["services"]
    with ThreadPoolExecutor() as pool:
        pages = pool.map(lambda one: service(told(program, "catalog", "show", one["service"], "--calls")), every)
    lines = []
    listed = ["# Services, scopes and calls", "",
              "What the catalog knows. How far each statement can be trusted stands beside it: `documented` by the vendor, `observed` in what "
              "the vendor publishes for machines or answers, `reported` by others, `disputed`.", ""]
    for one, page in zip(every, pages):
        name = f"{one['service']}.md"
        (folder / name).write_text(page)
        lines.append(f"  - [{one['service']}](services/{name})")
        count = lambda number, word: f"{number} {word}{'' if number == 1 else 's'}"
        listed.append(f"- [{one['service']}]({name}): {plain(one['product'])}, {count(one['scopes'], 'scope')}, {count(one['endpoints'], 'call')}")
    (folder / "index.md").write_text("\n".join(listed) + "\n")
    return lines


def commands(program: str) -> str:
    page = ["# Commands", "", "What `--help` says of each.", ""]
    for command in COMMANDS:
        text = said(program, *command.split(), "--help").rstrip()
        page += [f"## zscope {command}", "", "```text", text, "```", ""]
    return "\n".join(page)


def main(program: str, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "src"
    for name in ("rules", "services"):
        (pages / name).mkdir(parents=True)
    for path in HERE.glob("*.md"):
        shutil.copy(path, pages)
    for name in ("book.toml", "zscope.css", "zscope.js"):
        shutil.copy(HERE / name, folder)
    summary = (HERE / "SUMMARY.md").read_text()
    summary = summary.replace("{{rules}}", "\n".join(rules(program, pages / "rules")))
    summary = summary.replace("{{services}}", "\n".join(services(program, pages / "services")))
    (pages / "SUMMARY.md").write_text(summary)
    (pages / "commands.md").write_text(commands(program))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
