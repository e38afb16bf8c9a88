"""What expressions come to, by the language's own rules and those of Bake's functions."""

import pytest

from moorage.documents.hcl.evaluate import Evaluator, Function
from moorage.documents.hcl.syntax import read_expression
from moorage.documents.hcl.values import NotEvaluated, Unknown, plain, text_of


def value(text, functions=None):
    """The value of an expression in which nothing is defined but `name`."""

    def look(name):
        if name == "name":
            return Evaluator(look, {}).value(read_expression('_ = "api"\n'), {})
        raise NotEvaluated(f"{name} is not defined")

    return Evaluator(look, functions or {}).value(read_expression(f"_ = {text}\n"), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a${1 + 1}b"', "a2b"),
        ('"${name}-${"x"}"', "api-x"),
        ('"a\\n\\"\\u00e9$${x}%%{y}"', 'a\n"é${x}%{y}'),
        ("<<EOT\na\n  b ${name}\nEOT", "a\n  b api\n"),
        ("<<-EOT\n    a\n      b\n    EOT", "a\n  b\n"),
        ('"${1 + 2 * 3}"', "7"),
        ('"${10 - 2 - 3} ${8 / 4 / 2} ${7 % 4}"', "5 1 3"),
        ('"${3.10}"', "3.1"),
        ('true || false && false ? "yes" : "no"', "yes"),
        ('!true == false ? "yes" : "no"', "yes"),
        ('false ? "1" : true ? "2" : "3"', "2"),
        ('false ? "1" : false ? "2" : false ? "3" : "4"', "4"),
        ('(true ? false : true) ? "1" : "2"', "2"),
        ('1 < 2 && "b" != "a" ? "yes" : "no"', "yes"),
        ('{a = [1, {b = "deep"}]}.a[1].b', "deep"),
        ('{"a" : "x"}["a"]', "x"),
        ('join(",", [{a = "1"}, {a = "2"}][*].a)', "1,2"),
        ('join(",", [for x in ["a", "b", "c"] : upper(x) if x != "b"])', "A,C"),
        ('join(",", [for i, x in ["a", "b"] : "${i}${x}"])', "0a,1b"),
        ('join(",", keys({for k, v in {a = "x"} : v => k}))', "x"),
        ('join(",", {for v in ["a", "b", "ab"] : substr(v, 0, 1) => v...}.a)', "a,ab"),
        ('"%{ if true }a%{ else }b%{ endif }"', "a"),
        ('"%{ if false }a%{ endif }c"', "c"),
        ('"%{ if false }a%{ else }%{ if true }${name}%{ endif }%{ endif }"', "api"),
        ('"%{ for i, x in ["a", "b"] }${i}${x}%{ endfor }"', "0a1b"),
        ('"a ${~ "b" ~} c%{ if true ~} d %{~ endif } e"', "abcd e"),
        ("<<-EOT\n    a\n    %{ for x in [1, 2] ~}\n      ${x}\n    %{ endfor ~}\n    b\n    EOT", "a\n1\n2\nb\n"),
        ('join("-", split(".", "1.2.3"))', "1-2-3"),
        ('format("%s:%03d %% %q", "a", 7, "b")', 'a:007 % "b"'),
        ('join(" ", formatlist("x-%s", ["a", "b"]))', "x-a x-b"),
        ('replace("1.0", ".", "-")', "1-0"),
        ('substr("hello", -3, 2)', "ll"),
        ('title(trimspace(" ab cd "))', "Ab Cd"),
        ('trimprefix(trimsuffix("v1.2-rc", "-rc"), "v")', "1.2"),
        ('join(",", concat(["a"], setsubtract(["b", "c"], ["c"])))', "a,b"),
        ('join(",", flatten([["a"], [["b"]]]))', "a,b"),
        ('merge({a = "1"}, {a = "2"}).a', "2"),
        ('lookup({a = "1"}, "b", "none")', "none"),
        ('element(["a", "b"], 3)', "b"),
        ('"${length(range(5))} ${max(1, "5")} ${add(123, 1)}"', "5 5 124"),
        ('coalesce("", null, "x")', "x"),
        ('contains(["a"], "a") ? "yes" : "no"', "yes"),
        ('regex("(v[0-9]+)[.]", "v13.16.0")[0]', "v13"),
        ('regex("(?P<major>\\\\d+)\\\\.", "3.12").major', "3"),
        ('"${length(regexall("[0-9]+", "1.22.333"))}"', "3"),
        ('regex_replace("1.22", "(\\\\d+)\\\\.", "<$1>")', "<1>22"),
        ('can(regex("x", "y")) ? "yes" : "no"', "no"),
        ('try({}.a, "other")', "other"),
        ('sanitize("a.b/c")', "a_b_c"),
        ('md5("a")', "0cc175b9c0f1b6a831c399e269772661"),
        ('jsondecode("{\\"a\\": [1]}").a[0] == 1 ? "yes" : "no"', "yes"),
        ('csvdecode("name,tag\\nweb,\\"1.2\\"\\n\\n")[0].tag', "1.2"),
        ("log(8, 2)", "3"),
        ("max([1, 2, 3]...) == 3 ? jsonencode({a = true}) : null", '{"a":true}'),
    ],
)
def test_values(text, expected):
    assert text_of(value(text)) == expected


@pytest.mark.parametrize(
    ("constraint", "yes", "no"),
    [
        (">= 3.20", "3.20 3.23 v4.0.1", "3.19 2"),
        ("> 3.20", "3.21", "3.20 3.20.9"),
        ("> 3", "4", "3.9"),
        ("<= 3.20", "3.20.5 3.19", "3.21 4"),
        ("< 3.20", "3.19.9", "3.20"),
        ("3.20", "3.20 3.20.7", "3.21"),
        ("= 3.20.1", "3.20.1", "3.20.2"),
        ("!= 3.20", "3.21", "3.20.1"),
        ("!= 3.20.1", "3.20.2 3.20.1-rc1", "3.20.1"),
        ("~1.2.3", "1.2.9", "1.3.0 1.2.2"),
        ("~> 1", "1.9", "2"),
        ("^1.2", "1.9.9", "1.1 2.0.0"),
        ("^0.2.3", "0.2.9", "0.3.0 1.0"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("1.x || >=2.5.0, <3", "1.9 2.6", "2.4 3.0"),
        ("1.2 - 1.4.5", "1.2.0 1.4.5", "1.4.6 1.1"),
        ("*", "0.0.1 7", "7.0.0-rc.1"),
    ],
)
def test_constraints_on_versions(constraint, yes, no):
    holds = {v: value(f'semvercmp("{v}", "{constraint}")') for v in (yes + " " + no).split()}
    assert holds == {**dict.fromkeys(yes.split(), True), **dict.fromkeys(no.split(), False)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("missing", "missing is not defined"),
        ("timestamp()", "timestamp() depends on the moment"),
        ('formatdate("YYYY", timestamp())', "formatdate() is not worked out here: it is for moments"),
        ("nothing()", "nothing() is no function that is known here"),
        ('semvercmp("latest", ">= 1")', "'latest' is no version"),
        ('semvercmp("1.2", "newest")', "'newest' is no constraint"),
        ('semvercmp("1.2", ">= 1.0-rc.1")', "constraints on prereleases are not worked out"),
        ('csvdecode("a,b\\n1\\n")', "the rows of the table differ in length"),
        ("[1][3]", "the list has 1 items, and none at 3"),
        ('{}["a"]', "there is no 'a' in it"),
        ("upper()", "upper() takes other arguments"),
        ("upper([])", "a list is no text"),
        ('"a" + 1', "'a' is no number"),
        ("1 / 0", "division by zero"),
        ('"a${null}"', "null cannot stand in a text"),
        ('"%{ if missing }a%{ endif }"', "missing is not defined"),
        ('"%{ for x in 3 }a%{ endfor }"', "a number is no mapping"),
        (
            '"%{ for a in range(400) }%{ for b in range(400) }xx%{ endfor }%{ endfor }"',
            "a text is longer than 65,536 characters",
        ),
        (
            '"%{ for a in range(4000) }%{ for b in range(4000) }%{ endfor }%{ endfor }"',
            "the file has more than 100,000 expressions to work out",
        ),
        ('{(missing) = 1}["a"]', "a key is not known"),
        ("pow(10, 5000)", "so large a power is not worked out"),
        ("range(1000000)", "so long a list is not worked out"),
        ('regex("(", "x")', "the pattern '(' lacks a ')'"),
        ("loop(1)", "functions and variables are nested deeper than 120"),
    ],
)
def test_what_is_not_worked_out_says_why(text, why):
    loop = {"loop": Function(("n",), None, read_expression("_ = loop(n)\n"))}
    found = value(text, loop)
    assert isinstance(found, Unknown)
    assert found.why == why


def test_pieces_know_where_they_stand():
    text = '_ = "node:${true ? "22.1" : "20"}-slim"\n'
    row = Evaluator(lambda _: None, {}).value(read_expression(text), {}).row
    assert [(s.value, s.span.of(text)) for s in row] == [("node:", "node:"), ("22.1", "22.1"), ("-slim", "-slim")]
    assert all(s.verbatim for s in row)


def test_an_unknown_part_leaves_what_stands_before_it():
    found = value('"docker-image://a:${missing}-x"')
    assert "".join(s.value for s in found.head) == "docker-image://a:"
    assert found.why == "missing is not defined"


def test_a_condition_that_is_not_known_leaves_what_both_values_begin_with():
    found = value('missing ? "docker-image://a:1" : "docker-image://b:2"')
    assert "".join(s.value for s in found.head) == "docker-image://"


def test_equal_values_of_different_kinds_differ():
    assert plain(value('1 == "1"')) == ("truth", False)
