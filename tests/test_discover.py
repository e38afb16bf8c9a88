"""Finding files: order, ignores, links, and what is said of files that cannot be read."""

import os
import stat
import subprocess

import pytest

from moorage.discover import Found, Skipped, find, read_neighbour
from moorage.documents import limits


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Makes files from a mapping of paths to contents, in an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)

    def tree(files):
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return tree


def paths(*arguments):
    return [item.path for item in find(arguments or ["."]) if isinstance(item, Found)]


def skipped(*arguments):
    return [tuple(item) for item in find(arguments or ["."]) if isinstance(item, Skipped)]


def test_files_come_in_the_order_of_their_names(tree):
    tree({"b/Dockerfile": "FROM a", "Dockerfile": "FROM a", "a/z/Dockerfile": "FROM a", "a/Dockerfile": "FROM a"})
    assert paths() == ["./Dockerfile", "./a/Dockerfile", "./a/z/Dockerfile", "./b/Dockerfile"]
    assert paths("b", "a/", "Dockerfile") == ["b/Dockerfile", "a/Dockerfile", "a/z/Dockerfile", "Dockerfile"]


def test_only_names_that_say_something_are_looked_at_in_folders(tree):
    tree({"Dockerfile": "FROM a", "x.txt": "FROM a", "Dockerfile.dockerignore": "x", ".git/Dockerfile": "FROM a"})
    assert paths() == ["./Dockerfile"]


def test_a_named_file_is_read_whatever_it_is_called(tree):
    tree({"build.txt": "# x\nFROM a", "notes.txt": "hello"})
    assert paths("build.txt") == ["build.txt"]
    assert skipped("notes.txt") == [("notes.txt", "it is in no format that names images")]


def test_the_text_of_a_file(tree):
    tree({"Dockerfile": b"\xef\xbb\xbfFROM a\r\n# \xff\n"})
    (found,) = find(["Dockerfile"])
    assert (found.text, found.bom, found.format.id) == ("FROM a\r\n# \udcff\n", True, "dockerfile")
    assert found.file.read_bytes() == b"\xef\xbb\xbf" + found.text.encode("utf-8", "surrogateescape")


class TestIgnores:
    def test_patterns(self, tree):
        tree(
            {
                ".gitignore": "build/\n*.dev\n!keep.Dockerfile.dev\n/Dockerfile.top\n",
                "Dockerfile": "", "build/Dockerfile": "", "a/build/Dockerfile": "", "a/Dockerfile.dev": "",
                "keep.Dockerfile.dev": "", "keep.Dockerfile": "", "Dockerfile.top": "", "a/Dockerfile.top": "",
            }
        )  # fmt: skip
        assert paths() == ["./Dockerfile", "./keep.Dockerfile", "./a/Dockerfile.top"]

    def test_the_nearest_file_has_the_last_word(self, tree):
        tree({".gitignore": "Dockerfile\n", "a/.gitignore": "!Dockerfile\n", "a/Dockerfile": "", "b/Dockerfile": ""})
        assert paths() == ["./a/Dockerfile"]

    def test_those_above_count_up_to_the_root_of_the_repository(self, tree):
        tree(
            {
                ".gitignore": "Dockerfile\n",
                "r/.git/x": "",
                "r/.gitignore": "out\n",
                "r/a/b/out/Dockerfile": "",
                "r/a/b/Dockerfile": "",
            }
        )
        assert paths("r/a/b") == ["r/a/b/Dockerfile"]

    def test_what_is_named_is_read_all_the_same(self, tree):
        tree({".git/x": "", ".gitignore": "out\nDockerfile.x\n", "out/Dockerfile": "FROM a", "Dockerfile.x": "FROM a"})
        assert paths() == []
        assert paths("out", "Dockerfile.x") == ["out/Dockerfile", "Dockerfile.x"]

    def test_lines_that_are_no_patterns_are_passed_over(self, tree):
        tree({".gitignore": "!\nout\n", "out/Dockerfile": "", "Dockerfile": ""})
        assert paths() == ["./Dockerfile"]

    def test_node_modules_are_walked_unless_they_are_ignored(self, tree):
        tree({"node_modules/x/Dockerfile": ""})
        assert paths() == ["./node_modules/x/Dockerfile"]

    def test_the_same_as_git(self, tree):
        folder = tree(
            {
                ".gitignore": "*.log\n/a/*\n!/a/keep\n**/tmp/\nb/**/c\n# x\n\\#y\nDockerfile.[0-9]\n",
                "a/keep/Dockerfile": "", "a/drop/Dockerfile": "", "tmp/Dockerfile": "", "x/tmp/Dockerfile": "",
                "b/c/Dockerfile": "", "b/x/y/c/Dockerfile": "", "Dockerfile.1": "", "Dockerfile.x": "",
                "x/Dockerfile": "",
            }
        )  # fmt: skip
        subprocess.run(["git", "init", "-q", folder], check=True)
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=folder, check=True, capture_output=True, text=True
        )
        expected = sorted(f"./{line}" for line in listed.stdout.split() if "Dockerfile" in line)
        assert sorted(paths()) == expected


class TestWhatCannotBeRead:
    def test_a_binary_file_that_only_its_content_would_tell_is_not_spoken_of(self, tree):
        root = tree({"Dockerfile": "FROM a\n"})
        (root / "disk.image").write_bytes(b"\0" * 3_000_000)
        (root / "small.image").write_bytes(b"\0")
        assert [item.path for item in find(["."])] == ["./Dockerfile"]

    def test_binary_large_and_missing_files(self, tree):
        tree(
            {
                "Dockerfile.bin": b"FROM a\0",
                "Dockerfile.big": b"#" * (limits.DOCUMENT_BYTES + 1),
                "Dockerfile": "FROM a",
            }
        )
        assert skipped(".", "none") == [
            ("./Dockerfile.big", "it is larger than 2 MiB"),
            ("./Dockerfile.bin", "it is a binary file"),
            ("none", "there is no such file or folder"),
        ]
        assert paths() == ["./Dockerfile"]

    def test_a_file_just_within_the_limit_is_read(self, tree):
        tree({"Dockerfile": b"#" * limits.DOCUMENT_BYTES})
        assert len(next(find(["Dockerfile"])).text) == limits.DOCUMENT_BYTES

    def test_a_name_that_cannot_be_one(self, tree):
        assert skipped("a\0b") == [("a\0b", "embedded null byte")]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_files_and_folders_without_rights(self, tree):
        folder = tree({"a/Dockerfile": "FROM a", "Dockerfile": "FROM a"})
        (folder / "a").chmod(0)
        (folder / "Dockerfile").chmod(0)
        try:
            assert skipped() == [("./Dockerfile", "it may not be read"), ("./a", "it may not be read")]
        finally:
            (folder / "a").chmod(stat.S_IRWXU)

    def test_a_folder_that_may_not_be_read(self, tree, monkeypatch):
        tree({"a/Dockerfile": "FROM a", "b/Dockerfile": "FROM a"})
        real = os.scandir

        def scandir(path):
            if str(path).endswith("a/"):
                raise PermissionError(13, "Permission denied", path)
            return real(path)

        monkeypatch.setattr(os, "scandir", scandir)
        assert skipped() == [("./a", "it may not be read")]
        assert paths() == ["./b/Dockerfile"]

    def test_a_pipe_is_no_file(self, tree):
        folder = tree({})
        os.mkfifo(folder / "Dockerfile")
        assert skipped() == [("./Dockerfile", "it is no regular file")]

    def test_a_folder_called_dockerfile(self, tree):
        tree({"Dockerfile/Dockerfile": "FROM a"})
        assert paths() == ["./Dockerfile/Dockerfile"]


class TestLinks:
    def test_broken_ones_and_those_that_lead_out(self, tree, tmp_path_factory):
        folder = tree({"real.txt": "FROM a"})
        outside = tmp_path_factory.mktemp("outside") / "Dockerfile"
        outside.write_text("FROM a")
        (folder / "Dockerfile.broken").symlink_to("nowhere")
        (folder / "Dockerfile.out").symlink_to(outside)
        (folder / "Dockerfile.in").symlink_to("real.txt")
        assert skipped() == [
            ("./Dockerfile.broken", "the symbolic link leads nowhere"),
            ("./Dockerfile.out", "the symbolic link leads out of the folder"),
        ]
        assert paths() == ["./Dockerfile.in"]
        assert skipped("Dockerfile.broken") == [("Dockerfile.broken", "the symbolic link leads nowhere")]
        assert paths("Dockerfile.out") == ["Dockerfile.out"]

    def test_a_file_is_found_once_and_folders_are_not_followed(self, tree):
        folder = tree({"Dockerfile": "FROM a", "a/Dockerfile": "FROM a"})
        (folder / "Dockerfile.link").symlink_to("Dockerfile")
        (folder / "b").symlink_to("a")
        (folder / "a" / "loop").symlink_to("..")
        assert paths() == ["./Dockerfile", "./a/Dockerfile"]


def test_files_are_read_as_they_are_asked_for(tree):
    folder = tree({f"{n:03}/Dockerfile": "FROM a" for n in range(50)})
    found = find(["."])
    assert next(found).path == "./000/Dockerfile"
    (folder / "049" / "Dockerfile").unlink()
    assert len(list(found)) == 48


def test_a_deep_tree_is_walked_without_recursion(tree):
    folder = tree({})
    depth = 1_200
    try:
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        with open("Dockerfile", "w") as file:
            file.write("FROM a")
        os.chdir(folder)
        assert paths() == ["./" + "d/" * depth + "Dockerfile"]
    finally:
        # Python's own clean-up would recurse.
        subprocess.run(["rm", "-rf", folder / "d"], check=True)


class TestNeighbours:
    def test_a_file_beside_and_one_below(self, tree):
        folder = str(tree({"a/.env": "X=1", "a/b/c": "y"}) / "a")
        assert read_neighbour(folder, ".env") == "X=1"
        assert read_neighbour(folder, "b/c") == "y"
        assert read_neighbour(folder, "none") is None

    def test_the_project_is_not_left(self, tree):
        folder = tree({"secret": "x", "r/.git/x": "", "r/a/x": "", "r/up": "fine"})
        inner = str(folder / "r" / "a")
        assert read_neighbour(inner, "../up") == "fine"
        assert read_neighbour(inner, "../../secret") is None
        assert read_neighbour(inner, str(folder / "secret")) is None
        (folder / "r" / "a" / "link").symlink_to(folder / "secret")
        assert read_neighbour(inner, "link") is None
