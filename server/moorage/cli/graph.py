"""`moorage graph`: what the files of a project build, and what that starts from."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from moorage.cli.inventory import printable
from moorage.cli.terminal import plain, use_utf8
from moorage.discover import Skipped, find
from moorage.documents.usage import Document
from moorage.project.graph import Edge, EdgeKind, Graph, Node, NodeKind, graph_of
from moorage.project.links import NO_LINKS
from moorage.surroundings import Surroundings

_WORDS: dict[EdgeKind, str] = {
    "has": "has",
    "reads": "reads",
    "builds": "builds",
    "overrides": "overrides",
    "context": "takes",
    "base": "from",
    "copy": "copies from",
    "mount": "mounts",
    "frontend": "is read by",
    "names": "uses",
    "gives": "gives",
}
_SHAPES: dict[NodeKind, str] = {
    "file": "note",
    "service": "component",
    "target": "component",
    "unit": "component",
    "container": "component",
    "step": "component",
    "group": "tab",
    "stage": "box",
    "image": "ellipse",
    "context": "folder",
}
_BRACKETS: dict[NodeKind, tuple[str, str]] = {
    "file": ("[/", "/]"),
    "service": ("[[", "]]"),
    "target": ("[[", "]]"),
    "unit": ("[[", "]]"),
    "container": ("[[", "]]"),
    "step": ("[[", "]]"),
    "group": ("{{", "}}"),
    "stage": ("[", "]"),
    "image": ("([", "])"),
    "context": ("[(", ")]"),
}
_PLAIN: frozenset[NodeKind] = frozenset(("file", "image", "context"))
"""What is called by its name alone."""
_MERMAID_MARKS = re.compile(r"[\"#&<>`\\\n\r]")


def main(argv: list[str]) -> int:
    """Draw the graph; returns 0."""
    args = _parser().parse_args(argv)
    use_utf8()
    paths = args.paths or ["."]
    read = list(_documents(paths))
    links = Surroundings(read, paths).links() or NO_LINKS
    graph = graph_of((links.linked(document) for _, document in read), links)
    _FORMATS[args.format](graph, sys.stdout)
    sys.stdout.flush()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage graph",
        description="Draw what the files of a project build: files, services and targets, stages, images.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument("--format", choices=tuple(_FORMATS), default="text", help="form of the graph (default: text)")
    return parser


def _documents(paths: Sequence[str]) -> Iterator[tuple[str, Document]]:
    for item in find(paths):
        if isinstance(item, Skipped):
            print(plain(f"moorage: {item.path}: {item.reason}"), file=sys.stderr)
        else:
            yield item.location, item.format.reader().read(item.path, item.text, item.neighbour)


def _write_text(graph: Graph, out: TextIO) -> None:
    """A list of the files; below each what it has, and what that needs and makes."""
    nodes = {node.id: node for node in graph.nodes}
    edges: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        edges.setdefault(edge.source, []).append(edge)

    def write(node: Node, depth: int) -> None:
        out.write(plain(printable("  " * depth + _label(node))) + "\n")
        for edge in edges.get(node.id, ()):
            target = nodes[edge.target]
            if edge.kind == "has":
                write(target, depth + 1)
            else:
                out.write(plain(printable("  " * (depth + 1) + f"{_WORDS[edge.kind]} {_title(target, node)}")) + "\n")

    for node in graph.nodes:
        if node.kind == "file":
            write(node, 0)


def _title(node: Node, seen_from: Node) -> str:
    """A node as it is spoken of in another one."""
    elsewhere = node.kind not in _PLAIN and node.file != seen_from.file
    return _label(node) + (f" in {node.file}" if elsewhere else "")


def _label(node: Node) -> str:
    """What a node is called: `stage build`, `service db`, or a path or image as it is."""
    return node.name if node.kind in _PLAIN else f"{node.kind} {node.name}"


def _write_json(graph: Graph, out: TextIO) -> None:
    nodes = [node._asdict() for node in graph.nodes]
    edges = [{"from": edge.source, "to": edge.target, "kind": edge.kind} for edge in graph.edges]
    out.write(json.dumps({"version": 1, "nodes": nodes, "edges": edges}, indent=2) + "\n")


def _write_dot(graph: Graph, out: TextIO) -> None:
    """A graph for Graphviz."""
    out.write("digraph moorage {\n  rankdir=LR;\n")
    for node in graph.nodes:
        out.write(f"  {_quoted(node.id)} [label={_quoted(_label(node))}, shape={_SHAPES[node.kind]}];\n")
    for edge in graph.edges:
        out.write(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(_WORDS[edge.kind])}];\n")
    out.write("}\n")


def _write_mermaid(graph: Graph, out: TextIO) -> None:
    """A flow chart for Mermaid, in which nodes are numbered."""
    numbers = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    out.write("flowchart LR\n")
    for node in graph.nodes:
        before, after = _BRACKETS[node.kind]
        out.write(f'  {numbers[node.id]}{before}"{_harmless(_label(node))}"{after}\n')
    for edge in graph.edges:
        out.write(f"  {numbers[edge.source]} -->|{_WORDS[edge.kind]}| {numbers[edge.target]}\n")


def _quoted(text: str) -> str:
    """A text between quotes, as DOT has it."""
    return '"' + plain(printable(text)).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _harmless(text: str) -> str:
    """A text in which Mermaid sees no mark of its own, nor a browser any of HTML."""
    return _MERMAID_MARKS.sub(lambda match: f"#{ord(match[0])};", plain(printable(text)))


_FORMATS: dict[str, Callable[[Graph, TextIO], None]] = {
    "text": _write_text,
    "json": _write_json,
    "dot": _write_dot,
    "mermaid": _write_mermaid,
}
