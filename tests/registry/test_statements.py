"""SBOMs and provenance: each file of `statements/` bare and in every wrapping, and what is hostile."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.registry.content.documents import BadDocument
from moorage.registry.content.statements import content_of, read_provenance, summarise

CASES = {file.stem: json.loads(file.read_text()) for file in sorted(Path(__file__).with_name("statements").glob("*"))}


def statement(document, predicate_type="https://spdx.dev/Document"):
    """A document as the predicate of an in-toto statement."""
    subject = [{"name": "app", "digest": {"sha256": "0" * 64}}]
    kind = "https://in-toto.io/Statement/v1"
    return {"_type": kind, "subject": subject, "predicateType": predicate_type, "predicate": document}


def envelope(document, encode=base64.b64encode):
    """A statement in a DSSE envelope."""
    payload = encode(json.dumps(statement(document)).encode()).decode()
    return {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": [{"sig": "AA=="}]}


def bundle(document):
    """An envelope in a sigstore bundle."""
    kind = "application/vnd.dev.sigstore.bundle.v0.3+json"
    return {"mediaType": kind, "verificationMaterial": {}, "dsseEnvelope": envelope(document)}


def url_safe(document):
    """An envelope in base64's other alphabet."""
    return envelope({**document, "note": "\u00ff\u00fe?>~" * 5}, base64.urlsafe_b64encode)


@pytest.mark.parametrize("wrap", [dict, statement, envelope, url_safe, bundle])
@pytest.mark.parametrize("name", CASES)
def test_what_is_read_of_it(name, wrap):
    case = CASES[name]
    body = json.dumps(wrap(case["document"])).encode()
    if "sbom" in case:
        found = summarise(body)._asdict()
        assert {**found, "licences": [list(entry) for entry in found["licences"]]} == case["sbom"]
    else:
        found = read_provenance(body)._asdict()
        assert {**found, "images": [list(entry) for entry in found["images"]]} == case["provenance"]


HOSTILE = [
    ("no JSON", b"SPDXVersion: SPDX-2.3\n", "is no JSON"),
    ("nothing", b"", "is no JSON"),
    ("a list", b"[]", "is no JSON object"),
    ("no text", b"\xff\xfe\x00", "is no JSON"),
    ("deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "is no JSON"),
    ("too deep", json.dumps({"a": json.loads("[" * 70 + "]" * 70)}).encode(), "is nested too deep"),
    ("a number without end", b'{"spdxVersion": "x", "n": ' + b"9" * 5000 + b"}", "is no JSON"),
    ("no base64", json.dumps({"payloadType": "x", "payload": "%%%"}).encode(), "has a payload that cannot be read"),
    ("no ASCII", json.dumps({"payloadType": "x", "payload": "ü"}).encode(), "has a payload that cannot be read"),
    (
        "no JSON inside",
        json.dumps({"payloadType": "x", "payload": "AAAA"}).encode(),
        "has a payload that cannot be read",
    ),
    ("a bundle of a signature", b'{"messageSignature": {"signature": "AA=="}}', None),
    ("another document", b'{"hello": 1}', None),
    ("a predicate that is text", json.dumps(statement("SPDXVersion: SPDX-2.3")).encode(), None),
]


@pytest.mark.parametrize("read", [summarise, read_provenance])
@pytest.mark.parametrize("body, why", [pytest.param(body, why, id=name) for name, body, why in HOSTILE])
def test_what_cannot_be_read_is_said(read, body, why):
    otherwise = "is neither SPDX nor CycloneDX in JSON" if read is summarise else "is no SLSA provenance"
    with pytest.raises(BadDocument, match=why or otherwise):
        read(body)


def test_an_sbom_of_a_later_form_is_called_that():
    with pytest.raises(BadDocument, match="is SPDX 3, which is not summarised"):
        summarise(json.dumps(statement({"@context": "https://spdx.org/rdf/3.0.1", "@graph": []})).encode())


def test_what_is_no_package_is_not_counted():
    packages = [1, None, "x", {"name": "a", "licenseDeclared": "MIT"}]
    assert summarise(json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages}).encode()).packages == 1


def test_licences_that_all_hold_are_one_expression():
    licences = [{"license": {"id": "MIT"}}, {"expression": "A OR B"}, {"expression": "C WITH D"}]
    components = [{"name": "a", "licenses": licences}, {"name": "b", "licenses": licences[1:2]}]
    found = summarise(json.dumps({"bomFormat": "CycloneDX", "components": components}).encode())
    assert dict(found.licences) == {"MIT AND (A OR B) AND C WITH D": 1, "A OR B": 1}


def test_an_envelope_is_opened_once():
    inner = envelope({"spdxVersion": "SPDX-2.3"})
    for _ in range(3):
        inner = {"payloadType": "x", "payload": base64.b64encode(json.dumps(inner).encode()).decode()}
    with pytest.raises(BadDocument, match="is neither SPDX nor CycloneDX"):
        summarise(json.dumps(inner).encode())


def test_a_summary_is_small_whatever_it_is_made_of():
    packages = [{"licenseDeclared": f"licence-{n}-" + "x" * 100} for n in range(20_000)]
    found = summarise(json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages}).encode())
    assert (found.packages, len(found.licences)) == (20_000, 1000)
    images = [{"uri": f"pkg:docker/image{n}@1"} for n in range(20_000)]
    assert len(read_provenance(json.dumps({"materials": images}).encode()).images) == 100


def test_more_packages_than_anybody_has_are_counted_to_an_end():
    nested = {"components": [{"components": [{}] * 1000}] * 300}
    found = summarise(json.dumps({"bomFormat": "CycloneDX", **nested}).encode())
    assert found.packages == 200_000


json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["pkg:oci/a?tag=1&tag=2", "x.git"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = [
    "spdxVersion",
    "bomFormat",
    "packages",
    "components",
    "licenses",
    "license",
    "expression",
    "externalRefs",
    "purl",
]
KEYS += [
    "dsseEnvelope",
    "payload",
    "payloadType",
    "predicate",
    "predicateType",
    "materials",
    "uri",
    "digest",
    "builder",
]
KEYS += [
    "buildDefinition",
    "runDetails",
    "resolvedDependencies",
    "externalParameters",
    "workflow",
    "invocation",
    "type",
]
shaped = st.recursive(
    json_value,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS), shaped, max_size=6), st.sampled_from(["SPDX-2.3", "CycloneDX", ""]))
def test_whatever_it_holds_there_is_a_summary_or_a_sentence(content, kind):
    body = json.dumps({**content, "spdxVersion": kind, "bomFormat": kind}).encode()
    for read in (content_of, summarise, read_provenance):
        try:
            assert read(body) is not None
        except BadDocument as error:
            assert str(error)
