"""Which test stands for which threat, and the tests of those that have no home of their own.

The list below is checked: a name that no test bears any more fails it.
"""

import ast
import json
import os
import socket
import stat
from pathlib import Path

import pytest

from moorage.embedded.auth import Basic
from moorage.embedded.images import ImageSpec, artifact, build, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.registry.endpoints.mirrors import Endpoints
from moorage.settings import Settings
from support.command import mirrored, moorage
from support.editor import editor
from support.secrets import PASSWORD, USER

TESTS = Path(__file__).parents[1]
HERE, THREATS, FAULTS = "registry/test_threat_list.py", "registry/test_threats.py", "registry/test_faults.py"
VECTORS, CREDENTIALS, PUSH = "registry/test_vectors.py", "registry/test_credentials.py", "registry/test_push.py"

# Threat, in a few words: the files and tests (or classes of tests) that hold against it.
LIST = {
    "T1 opening a folder makes the editor talk to hosts": [
        (THREATS, "TestT1Addresses"),
        (VECTORS, "test_places"),
        ("lsp/test_session.py", "test_an_untrusted_folder_means_no_network_at_all_until_it_is_trusted"),
        (HERE, "test_no_test_reaches_beyond_this_machine"),
    ],
    "T2 a token server elsewhere takes the credential": [
        (THREATS, "TestT2Realms"),
        (VECTORS, "test_realms"),
        (FAULTS, "test_another_host_is_told_no_credential"),
    ],
    "T3 a redirect carries the credential away": [
        (THREATS, "TestT3Redirects"),
        (FAULTS, "test_another_host_is_told_no_credential"),
    ],
    "T4 an upload is led elsewhere": [(PUSH, "test_a_credential_does_not_go_where_an_upload_leads")],
    "T5 pages lead elsewhere, or never end": [
        (VECTORS, "test_links"),
        ("registry/test_tags.py", "test_the_gathered_cases"),
        ("registry/test_tags.py", "test_pages_without_end_are_given_up"),
        (FAULTS, "test_pages_that_lead_nowhere_leave_a_list_that_is_not_complete"),
    ],
    "T6 one host's credential is sent to another": [
        (THREATS, "TestT6Credentials"),
        (CREDENTIALS, "test_the_gathered_cases"),
    ],
    "T7 a folder makes us run a program": [
        (CREDENTIALS, "test_a_helper_in_the_workspace_is_not_run"),
        (CREDENTIALS, "test_the_gathered_cases"),
        (HERE, "test_a_folder_cannot_say_which_program_is_run_or_how_to_connect"),
    ],
    "T8 a line break in what a helper is told": [(CREDENTIALS, "test_a_control_character_never_reaches_a_helper")],
    "T9 a helper hangs": [
        (CREDENTIALS, "test_a_hanging_helper_is_ended_and_not_asked_again_for_a_minute"),
        (HERE, "test_an_editor_does_not_wait_for_a_helper_that_hangs"),
    ],
    "T10 a small answer unpacks to a large one": [
        (THREATS, "TestAnswersThatDoHarm"),
        (FAULTS, "test_one_sentence_at_a_bounded_price"),
    ],
    "T11 an answer that never ends": [
        (THREATS, "TestAnswersThatDoHarm"),
        (FAULTS, "test_one_sentence_at_a_bounded_price"),
    ],
    "T12 too much, too deep, too many": [
        (THREATS, "TestAnswersThatDoHarm"),
        (FAULTS, "test_one_sentence_at_a_bounded_price"),
        ("registry/test_statements.py", "test_a_summary_is_small_whatever_it_is_made_of"),
        (HERE, "test_a_thousand_signatures_are_not_all_read"),
    ],
    "T13 content that is not what its digest says": [
        (THREATS, "TestT13Content"),
        (FAULTS, "test_one_sentence_at_a_bounded_price"),
        (PUSH, "test_a_wrong_blob_never_arrives"),
    ],
    "T14 somebody lists an SBOM of another image": [
        (
            "registry/test_attachments.py",
            "test_an_sbom_of_another_image_below_the_fallback_tag_is_not_listed",
        ),
        ("registry/test_attachments.py", "test_the_gathered_lists"),
        ("cli/test_inspect.py", "test_what_is_attached_is_summarised_and_never_called_verified"),
    ],
    "T15 text that an editor would act on": [
        ("features/test_prose.py", "test_every_sign_that_means_something_is_escaped"),
        ("features/test_prose.py", "test_whatever_comes_stays_one_line"),
        ("features/test_prose.py", "test_a_code_span_cannot_be_left"),
    ],
    "T16 text that a terminal would act on": [
        ("cli/test_terminal.py", "test_nothing_that_a_terminal_acts_on_gets_through"),
        ("cli/test_inspect.py", "test_an_image_in_its_own_words"),
        (HERE, "test_names_of_files_in_annotations_make_no_files"),
    ],
    "T17 a small file that unfolds to a large one": [
        ("documents/yaml/test_robustness.py", "test_hostile_texts"),
        ("documents/yaml/test_robustness.py", "test_what_is_nested_too_deep_is_said"),
        ("documents/test_robustness.py", "test_variables_that_blow_up_end_in_a_problem"),
    ],
    "T18 a secret in a log, a message, a file": [
        (THREATS, "TestT18Secrets"),
        ("test_leaks.py", "test_a_run_that_leaves_one_behind_fails"),
    ],
    "T19 what one user was told is told to another": [
        ("store/test_sqlite.py", "test_what_is_said_to_one_credential_is_not_said_to_another"),
        ("store/test_sqlite.py", "test_the_folder_is_private"),
        ("store/test_source.py", "test_answers_belong_to_the_credential_they_were_asked_with"),
    ],
    "T20 a name leads out of its folder": [
        (HERE, "test_names_of_files_in_annotations_make_no_files"),
        ("registry/test_layout.py", "test_a_tag_that_is_a_path_leads_nowhere"),
        ("registry/test_layout.py", "test_no_link_is_followed"),
    ],
    "T21 https that turns into http": [(THREATS, "TestT21Downgrade")],
    "T22 a short name that means another image": [(HERE, "test_a_short_name_is_docker_hubs_and_nobody_elses")],
}


@pytest.mark.parametrize("threat", LIST)
def test_every_threat_has_its_tests(threat):
    for file, name in LIST[threat]:
        tree = ast.parse((TESTS / file).read_text())
        found = {
            node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        assert name in found, f"{file} has no {name} any more"


def test_no_threat_is_left_out():
    assert [threat.split()[0] for threat in LIST] == [f"T{number}" for number in range(1, 23)]


@pytest.mark.parametrize("address", ["93.184.216.34", "10.1.2.3", "169.254.169.254"])
def test_no_test_reaches_beyond_this_machine(address):
    with socket.socket() as one, pytest.raises(AssertionError, match="tried to reach"):
        one.connect((address, 443))
    with pytest.raises(socket.gaierror, match="tests look up no names"):
        socket.getaddrinfo("registry.example.com", 443)


def test_a_folder_cannot_say_which_program_is_run_or_how_to_connect():
    about = json.loads((TESTS.parent / "editors/vscode/package.json").read_text())
    untrusted = about["capabilities"]["untrustedWorkspaces"]
    assert (untrusted["supported"], untrusted["restrictedConfigurations"]) == ("limited", ["moorage.path"])
    settings = about["contributes"]["configuration"]["properties"]
    connecting = ("path", "network", "registries", "mirrors", "realms", "proxy", "facts")
    assert {settings[f"moorage.{name}"]["scope"] for name in connecting} == {"machine"}


async def test_an_editor_does_not_wait_for_a_helper_that_hangs(tmp_path, private_settings, monkeypatch):
    programs = tmp_path / "bin"
    programs.mkdir()
    helper = programs / "docker-credential-hanging"
    helper.write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nsleep 60\ntouch {tmp_path}/ended\n")
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    (private_settings / ".docker").mkdir()
    (private_settings / ".docker/config.json").write_text('{"credsStore": "hanging"}')
    (tmp_path / "open").mkdir()
    with EmbeddedRegistry({"library/python": ["3.12.4"]}, auth=Basic(USER, PASSWORD)) as registry:
        mirrored(private_settings, registry)
        async with editor(tmp_path / "open") as window:
            position = window.open("FROM python:3.12.‸4\n")
            await window.until((tmp_path / "begun").exists)
            assert "python" in await window.hover(position)
            window.change(2, "FROM python\n")
            await window.until_rules(["no-tag"])
            assert not (tmp_path / "ended").exists()


def test_a_thousand_signatures_are_not_all_read():
    image = build(ImageSpec("app"))
    with EmbeddedRegistry({"app": {"1": image}}) as registry:
        repository = registry.contents.repository("app")
        for number in range(1100):
            signature = document("application/jose+json", f"{{{number}}}".encode())
            repository.add(artifact("application/vnd.cncf.notary.signature", signature, image.root, {}))
        ran = moorage("inspect", f"{registry.host}/app:1", "--format", "json")
        asked = len(registry.log)
    assert ran.code == 0
    assert not ran.json["images"][0]["attachments_complete"]
    assert asked < 60


def test_names_of_files_in_annotations_make_no_files(tmp_path):
    image = build(ImageSpec("app", annotations=(("org.opencontainers.image.title", "../../escaped\x1b]0;pwn\x07"),)))
    with EmbeddedRegistry({"app": {"1": image}}) as registry:
        sbom = document("application/spdx+json", {"spdxVersion": "SPDX-2.3", "packages": []})
        named = artifact("application/spdx+json", sbom, image.root, {"org.opencontainers.image.title": "../../escaped"})
        registry.contents.repository("app").add(named)
        folder = tmp_path / "a/b/c"
        folder.mkdir(parents=True)
        ran = moorage("inspect", f"{registry.host}/app:1", cwd=folder)
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_short_name_is_docker_hubs_and_nobody_elses(tmp_path):
    folder = tmp_path / "etc/containers"
    folder.mkdir(parents=True)
    (folder / "registries.conf").write_text('unqualified-search-registries = ["evil.example", "docker.io"]\n')
    endpoints = Endpoints(Settings(), {"HOME": str(tmp_path)}, tmp_path / "etc")
    found = endpoints.of("docker.io", "library/python", "resolve")
    assert [endpoint.root.host for endpoint in found] == ["registry-1.docker.io"]
