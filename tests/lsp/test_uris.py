"""URIs and paths."""

import pytest

from moorage.lsp.uris import local_path, path_of, uri_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///w/Dockerfile", "/w/Dockerfile"),
        ("file:///w/a%20b/%C3%A9/Dockerfile", "/w/a b/é/Dockerfile"),
        ("file:///w/a%23b%3Fc%25/Dockerfile", "/w/a#b?c%/Dockerfile"),
        ("file://localhost/w/Dockerfile", "/w/Dockerfile"),
        ("file://server/share/Dockerfile", None),
        ("file:///w/%00", None),
        ("file:relative", None),
        ("untitled:Untitled-1", None),
        ("vscode-vfs://github/acme/Dockerfile", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_only_files_of_this_machine_have_a_path(uri, path):
    assert local_path(uri, windows=False) == path
    assert path_of(uri) == (path or uri)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/w/Dockerfile", "c:/w/Dockerfile"),
        ("file:///C:/w/a%20b/Dockerfile", "c:/w/a b/Dockerfile"),
        ("file://server/share/Dockerfile", "//server/share/Dockerfile"),
    ],
)
def test_drives_and_shares_of_windows(uri, path):
    assert local_path(uri, windows=True) == path
    assert local_path(uri_of(path), windows=True) == path


@pytest.mark.parametrize("path", ["/w/Dockerfile", "/w/a b/#é?%/Dockerfile"])
def test_paths_lead_back_to_themselves(path):
    assert local_path(uri_of(path), windows=False) == path
