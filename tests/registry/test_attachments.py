"""What is attached to an image: the gathered exchanges with registries, and every way in the embedded registry."""

import hashlib
import json
import re

import pytest

from moorage.embedded.http import Response
from moorage.embedded.images import ImageSpec, artifact, build, descriptor, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import Question, Unreachable
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.content.attachments import kind_of, read_attested
from moorage.registry.content.descriptors import read_index
from moorage.registry.content.referrers import confirm, cosign_tag, fallback_tag, list_referrers, referrer_tree
from moorage.registry.failures import Busy, RegistryFailure
from moorage.registry.http.gates import Urgency
from moorage.registry.moving.reader import RepositoryReader
from moorage.settings import Settings
from moorage.store.sqlite import Store
from registry.net import JSON
from registry_cases import cases, report

HOST, ADDRESS, AUTH = "registry.example.com", "93.184.216.34", "93.184.216.35"
INDEX = "application/vnd.oci.image.index.v1+json"
ERRORS = {
    "unauthorized": "status 401",
    "rate-limited": "asks to be left alone",
    "too-large": "answered with more than",
    "unexpected-content-encoding": "in the encoding 'gzip'",
    "media-type-mismatch": "is another kind of document",
}


def genuine(case):
    """The case with digests that are those of the bodies it serves: its own stand for documents that nobody has."""
    text = json.dumps(case)
    for exchange in case["exchanges"]:
        asked = exchange["request"]["path"].rpartition("/manifests/")[2]
        if asked.startswith("sha256:") and exchange["response"]["body"]:
            body = json.dumps(exchange["response"]["body"]).encode()
            text = text.replace(asked, "sha256:" + hashlib.sha256(body).hexdigest())
    return json.loads(text)


class Script:
    """Answers with the exchanges of a case, in their order; any other request is on record as wrong."""

    def __init__(self, exchanges):
        self.left = list(exchanges)
        self.wrong = []

    def __call__(self, request):
        wanted = self.left[0]["request"] if self.left else {}
        if (request.method, request.target) != (wanted.get("method"), wanted.get("path")):
            self.wrong.append(f"{request.method} {request.target}")
            return Response(418)
        answer = self.left.pop(0)["response"]
        body = answer["body"]
        data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = tuple(
            (name, value.replace("auth.example/", "auth.example.com/")) for name, value in answer["headers"].items()
        )
        return Response(answer["status"], headers, data)


async def open_case(net, case):
    """A reader of the case's repository, its script, and the client behind it."""
    script = Script(case["exchanges"])
    net.name(HOST, ADDRESS)
    net.name("auth.example.com", AUTH)
    net.serve(ADDRESS, script)
    net.serve(AUTH, lambda request: Response(200, (JSON,), b'{"token": "t"}'))
    client = net.client()
    client.session.transport.sleep = _no_sleep
    (endpoint,) = client._endpoints.of(HOST, "demo/app", "resolve")
    return RepositoryReader(client.send, endpoint, "demo/app", Urgency(True)), script, client


async def _no_sleep(_):
    pass


def of_kind(*kinds):
    return [case for case in cases("referrers_cases") if case["kind"] in kinds]


def test_names_of_tags():
    def agrees(case):
        wanted = case["expect"]["tag"]
        suffix = re.search(r"\.(sig|att|sbom)$", wanted)
        found = cosign_tag(case["digest"], suffix[1]) if suffix else fallback_tag(case["digest"])
        return found == wanted

    report("referrers: tags", [(c["id"], agrees(c)) for c in of_kind("tag-schema", "cosign-tag")])


async def test_the_gathered_lists(net):
    """A manifest is read for a type that the list does not tell, and for its subject before anything is made of it.

    The cases read it for the second reason in one only, where the script has it: there `confirm` does.
    """
    figures = []
    for case in map(genuine, of_kind("list")):
        reader, script, client = await open_case(net, case)
        wanted = case["expect"]
        try:
            found = await list_referrers(reader, case["subject"], case.get("artifact_type", ""))
        except RegistryFailure as failure:
            right = wanted["via"] == "error" and ERRORS[wanted["error"]] in str(failure)
            if isinstance(failure, Busy):
                right = right and client.session.transport.paused(HOST) - failure.until + wanted["retry_after"] > 0
            figures.append(((case["id"], str(failure)), right and not script.wrong and not script.left))
            await client.aclose()
            continue
        dropped, kept = found.dropped, found.descriptors
        if script.left:
            read = [await confirm(reader, descriptor, case["subject"]) for descriptor in kept]
            kept = [descriptor for descriptor in read if descriptor]
            dropped += len(read) - len(kept)
        said = {"via": found.via, "digests": [d.digest for d in kept], "complete": found.complete}
        said |= {"dropped": dropped, "types": {d.digest: d.artifact_type for d in kept}}
        if wanted.get("warning") == "referrers-tag-not-index":
            said["warning"] = wanted["warning"] if "is no list of referrers" in found.notes[0] else ""
        right = all(said.get(key) == value for key, value in wanted.items())
        figures.append(((case["id"], said, script.wrong), right and not script.wrong and not script.left))
        await client.aclose()
    report("referrers: lists", figures)


async def test_the_gathered_trees(net):
    def plain(tree):
        return {digest: plain(branch) for digest, branch in tree.branches.items()}

    figures = []
    for case in of_kind("list-recursive"):
        reader, script, client = await open_case(net, case)
        tree = await referrer_tree(lambda digest, r=reader: list_referrers(r, digest), case["subject"])
        right = plain(tree) == case["expect"]["tree"] and tree.cycle == ("warning" in case["expect"])
        figures.append(((case["id"], tree, script.wrong), right and not script.wrong))
        await client.aclose()
    report("referrers: trees", figures)


def test_the_gathered_indexes():
    def agrees(case):
        body = json.dumps(case["exchanges"][0]["response"]["body"]).encode()
        found = read_attested(read_index(body, INDEX).descriptors)
        wanted = case["expect"]
        return (
            list(found.platforms.values()) == wanted["platforms"]
            and {about: list(digests) for about, digests in found.attestations.items()} == wanted["attestations"]
            and found.dangling == ("warning" in wanted)
        )

    report("referrers: attestations in indexes", [(c["id"], agrees(c)) for c in of_kind("index")])


@pytest.mark.parametrize(
    "media_type, annotations, kind",
    [
        ("application/spdx+json", {}, "sbom"),
        ("application/vnd.cyclonedx+json", {}, "sbom"),
        ("application/vnd.cncf.notary.signature", {}, "signature"),
        ("application/vnd.dev.sigstore.bundle.v0.3+json", {}, "signature"),
        (
            "application/vnd.dev.sigstore.bundle.v0.3+json",
            {"dev.sigstore.bundle.predicateType": "https://slsa.dev/provenance/v1"},
            "provenance",
        ),
        ("application/vnd.in-toto+json", {"in-toto.io/predicate-type": "https://spdx.dev/Document"}, "sbom"),
        ("application/vnd.dsse.envelope.v1+json", {"predicateType": "https://openvex.dev/ns/v0.2.0"}, "vex"),
        ("application/vnd.dsse.envelope.v1+json", {"predicateType": "https://example.com/test"}, "other"),
        ("application/sarif+json", {}, "other"),
    ],
)
def test_kinds(media_type, annotations, kind):
    assert kind_of(media_type, annotations)[0] == kind


IMAGE = build(ImageSpec("app"))
SBOM = document("application/spdx+json", {"spdxVersion": "SPDX-2.3", "packages": []})
OTHER_SBOM = document("application/vnd.cyclonedx+json", {"bomFormat": "CycloneDX", "components": []})


def attested(layer_types, number=0):
    """An index with BuildKit's attestations for one of its platforms."""
    layers = [document("application/vnd.in-toto+json", {"predicateType": p}) for p in layer_types]
    manifest = document(
        IMAGE.manifests[0].media_type,
        {
            "schemaVersion": 2,
            "config": descriptor(document("application/vnd.oci.image.config.v1+json", b"{}")),
            "layers": [
                descriptor(layer, annotations={"in-toto.io/predicate-type": p})
                for layer, p in zip(layers, layer_types, strict=True)
            ],
        },
    )
    about = {"vnd.docker.reference.type": "attestation-manifest"}
    about["vnd.docker.reference.digest"] = IMAGE.manifests[number].digest
    entries = json.loads(IMAGE.root.body)["manifests"]
    entries.append(descriptor(manifest, platform={"os": "unknown", "architecture": "unknown"}, annotations=about))
    root = document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    return IMAGE._replace(root=root, manifests=(*IMAGE.manifests, manifest), blobs=(*IMAGE.blobs, *layers))


async def attachments_of(registry, digest):
    env = {}
    client = build_client(Settings(), env, Credentials(env))
    try:
        return (await client.ask(Question("referrers", registry.host, "app", digest), Urgency(True))).answer
    finally:
        await client.aclose()


def rows(answer):
    return sorted((entry.kind, entry.found) for entry in answer.value.entries)


@pytest.mark.parametrize("api, found", [(True, "referrers"), (False, "referrers tag")])
async def test_an_sbom_that_refers_to_the_image(api, found):
    with EmbeddedRegistry({"app": {"1": IMAGE}}, referrers=api) as registry:
        repository = registry.contents.repository("app")
        attached = artifact("application/spdx+json", SBOM, IMAGE.root, {})
        repository.add(attached)
        listed = descriptor(attached.root, artifactType="application/spdx+json")
        fallback = document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [listed]})
        repository.put_manifest(fallback)
        repository.tag(fallback_tag(IMAGE.root.digest), fallback.digest)
        answer = await attachments_of(registry, IMAGE.root.digest)
    assert rows(answer) == [("sbom", found)]
    (entry,) = answer.value.entries
    assert (entry.payload, entry.subject) == (SBOM.digest, IMAGE.root.digest)


async def test_the_same_content_is_listed_once_and_cosigns_tags_are_read():
    with EmbeddedRegistry({"app": {"1": IMAGE}}) as registry:
        repository = registry.contents.repository("app")
        repository.add(artifact("application/spdx+json", SBOM, IMAGE.root, {}))
        signature = document("application/vnd.dev.cosign.simplesigning.v1+json", {"critical": {}})
        repository.tag(cosign_tag(IMAGE.root.digest, "sbom"), artifact("", SBOM, IMAGE.root, {"again": "1"}))
        repository.tag(cosign_tag(IMAGE.root.digest, "sig"), artifact("", signature, IMAGE.manifests[0], {}))
        answer = await attachments_of(registry, IMAGE.root.digest)
    assert [kind for kind, _ in rows(answer)] == ["sbom", "signature"]


async def test_attestations_of_buildkit_inside_the_index():
    image = attested(["https://spdx.dev/Document", "https://slsa.dev/provenance/v1"])
    with EmbeddedRegistry({"app": {"1": image}}) as registry:
        answer = await attachments_of(registry, image.root.digest)
    assert rows(answer) == [("provenance", "index"), ("sbom", "index")]
    assert {entry.subject for entry in answer.value.entries} == {IMAGE.manifests[0].digest}


async def test_attestations_of_every_platform_are_read():
    image = attested(["https://spdx.dev/Document"], number=1)
    with EmbeddedRegistry({"app": {"1": image}}) as registry:
        answer = await attachments_of(registry, image.root.digest)
    assert [(e.kind, e.subject) for e in answer.value.entries] == [("sbom", IMAGE.manifests[1].digest)]


async def test_an_image_with_nothing_attached_costs_one_pull():
    with EmbeddedRegistry({"app": {"1": IMAGE}}) as registry:
        await attachments_of(registry, IMAGE.root.digest)
        asked = [(seen.method, seen.target.rpartition("/")[2]) for seen in registry.log if "/manifests/" in seen.target]
    tags = [cosign_tag(IMAGE.root.digest, suffix) for suffix in ("sig", "att", "sbom")]
    assert asked == [("GET", IMAGE.root.digest), *(("HEAD", tag) for tag in tags)]


async def test_an_sbom_of_another_image_below_the_fallback_tag_is_not_listed():
    with EmbeddedRegistry({"app": {"1": IMAGE}}, referrers=False) as registry:
        repository = registry.contents.repository("app")
        foreign = artifact("application/spdx+json", SBOM, IMAGE.manifests[1], {})
        repository.add(foreign)
        listed = descriptor(foreign.root, artifactType="application/spdx+json")
        fallback = document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [listed]})
        repository.put_manifest(fallback)
        repository.tag(fallback_tag(IMAGE.root.digest), fallback.digest)
        answer = await attachments_of(registry, IMAGE.root.digest)
    assert answer.value.entries == ()
    assert "belongs to another image" in answer.value.notes[0]


@pytest.mark.parametrize("api", [True, False])
@pytest.mark.parametrize("told, number, pulls", [("", 1000, 33), ("application/x", 1000, 33), ("", 1010, 33)])
async def test_of_many_referrers_a_few_are_read_and_the_rest_is_told_as_listed(net, api, told, number, pulls):
    """With types in the list or without, and with more entries than are looked at."""
    attached = {}
    for i in range(number):
        kind, payload = ("application/spdx+json", SBOM) if i == 7 else ("application/x", document("x", f"{i}".encode()))
        root = artifact(kind, payload, IMAGE.root, {}).root
        attached[root.digest] = root._asdict() | {"kind": kind}
    entries = [
        {
            "mediaType": a["media_type"],
            "digest": digest,
            "size": len(a["body"]),
            **({"artifactType": told} if told else {}),
        }
        for digest, a in attached.items()
    ]
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()
    lists = f"/v2/app/referrers/{IMAGE.root.digest}" if api else f"/v2/app/manifests/{fallback_tag(IMAGE.root.digest)}"
    bodies = {f"/v2/app/manifests/{digest}": (a["media_type"], a["body"]) for digest, a in attached.items()}
    bodies |= {lists: (INDEX, index), f"/v2/app/manifests/{IMAGE.root.digest}": (INDEX, IMAGE.root.body)}

    def answer(request):
        media_type, body = bodies.get(request.target, ("text/plain", b""))
        return Response(200 if body else 404, (("Content-Type", media_type),), body)

    net.name(HOST, ADDRESS)
    registry = net.serve(ADDRESS, answer)
    client = net.client()
    found = (await client.ask(Question("referrers", HOST, "app", IMAGE.root.digest), Urgency(True))).answer
    await client.aclose()
    read = [r.target for r in registry.requests if r.method == "GET" and r.target in bodies and r.target != lists]
    assert len(read) == len(set(read)) == pulls
    assert len(found.value.entries) == 1000
    assert not found.complete
    types = [entry.type for entry in found.value.entries]
    assert types.count("application/spdx+json") == 1
    assert types.count(told) >= 1000 - 32
    assert f"{1000 - 32} more are listed whose manifests were not read" in found.value.notes[-1]
    assert any("longer than the 1000" in note for note in found.value.notes) == (number > 1000)


async def test_a_registry_that_answers_the_fallback_tag_with_the_image_itself_has_none():
    with EmbeddedRegistry({"app": {"1": IMAGE}}, referrers=False) as registry:
        registry.contents.repository("app").tag(fallback_tag(IMAGE.root.digest), IMAGE.root.digest)
        answer = await attachments_of(registry, IMAGE.root.digest)
    assert (answer.value.entries, answer.complete) == ((), True)


async def test_what_was_found_is_kept(tmp_path):
    image = attested(["https://spdx.dev/Document"])
    with EmbeddedRegistry({"app": {"1": image}}) as registry:
        question = Question("referrers", registry.host, "app", image.root.digest)
        answer = await attachments_of(registry, image.root.digest)
    store, _ = Store.open(tmp_path / "facts.sqlite")
    store.put(question, answer)
    assert store.get([question]) == {question: answer}
    store.close()


async def test_no_answer_is_not_none():
    with EmbeddedRegistry({"app": {"1": IMAGE}}) as registry:
        pass
    assert isinstance(await attachments_of(registry, IMAGE.root.digest), Unreachable)
