"""Agreement with what a walk over the nodes found by each format's rules, file by file.

`sure` is true for what must be found, false for what must not, null where opinions may differ. A file that cannot be
parsed was judged line by line there too.
"""

import random

from moorage.documents.detect import detect
from moorage.text import LineIndex


def read(file, text):
    """The usages of a file by place; none where it is of no format."""
    format_ = detect(file.path, text)
    if format_ is None:
        return {}
    document = format_.reader().read(file.path, text)
    index = LineIndex(text)
    return {(*index.position(u.span.start), *index.position(u.span.end)): u for u in document.usages}


def place(reference):
    return reference["line"], reference["col"], reference["end_line"], reference["end_col"]


def has_problem(usage):
    """Whether a list of references shows a problem: it does where a run chooses the value."""
    return usage.problem is not None or bool(usage.choices)


def test_every_reference_is_found_with_its_characters_and_value(real_files):
    wrong = []
    for file in real_files:
        found = read(file, file.text)
        for reference in file.references:
            usage = found.pop(place(reference), None)
            if reference["sure"] is None:
                continue
            if (usage is not None) != reference["sure"]:
                wrong.append((file.path, reference["line"], reference["value"], "missed" if usage is None else "false"))
            elif usage is None:
                continue
            elif usage.written != reference["written"] or (reference.get("problem") and not has_problem(usage)):
                wrong.append((file.path, reference["line"], usage.written, usage.problem))
            elif "ref" in reference:
                parts = usage.reference and [
                    usage.reference[1],
                    usage.reference[2],
                    usage.reference[3],
                    usage.reference[4],
                ]
                if parts != reference["ref"] or usage.expanded != reference["expanded"]:
                    wrong.append((file.path, reference["line"], usage.expanded, reference["expanded"]))
        wrong += [(file.path, *where, usage.written, "false") for where, usage in found.items()]
    total = sum(len(file.references) for file in real_files)
    print(f"{total - len(wrong)} of {total} references agree")
    assert not wrong


def cut(file, rng):
    """The text with one line cut off in the middle, and that line's number; a line that opens a block is spared."""
    lines = file.text.split("\n")
    inner = [n for n, line in enumerate(lines) if line[:1] in (" ", "\t") and line.rstrip()[-1:] not in (*":{[|>-", "")]
    if not inner:
        return file.text, 0
    number = rng.choice(inner)
    lines[number] = lines[number][: rng.randrange(len(lines[number]) + 1)]
    return "\n".join(lines), number + 1


def test_one_half_typed_line_costs_no_other(real_files):
    rng = random.Random(12)
    missed, total = [], 0
    for file in real_files:
        text, number = cut(file, rng)
        found = read(file, text)
        for reference in file.references:
            if reference["sure"] and reference["line"] != number:
                total += 1
                if place(reference) not in found:
                    missed.append((file.path, number, reference["line"], reference["value"]))
    print(f"{total - len(missed)} of {total} references are found")
    assert len(missed) <= total // 1000, missed
