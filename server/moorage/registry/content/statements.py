"""What SBOMs and provenance say, wrapped as they are: bare, as in-toto statement, in a DSSE envelope, in a bundle.

Only a summary is taken, from JSON of which nothing is believed: counts and names, capped. The forms are those of
in-toto's attestation framework (statement and DSSE), sigstore's bundle 0.1 to 0.3, SPDX 2.2 and 2.3, CycloneDX 1.2 to
1.6, and SLSA provenance 0.2 and 1.0 as GitHub's and BuildKit's builders write it.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from moorage.reference import is_digest
from moorage.registry.content.documents import BadDocument, json_object, list_of, mapping_of, text_of

_MAX_PACKAGES = 200_000
_MAX_BASES = 100
_MAX_LICENCES = 1000
_SYSTEM_PACKAGES = ("pkg:deb/", "pkg:apk/", "pkg:rpm/")
UNREAD_SBOMS = ("text/spdx", "application/vnd.cyclonedx+xml")
"""How the types of SBOMs begin that are no JSON."""
_UNSAID = ("", "NOASSERTION", "NONE")
# What an SBOM lists beside packages: the system, the image itself, and single files.
_NO_PACKAGES = ("operating-system", "container", "file")
# DSSE allows both alphabets of base64.
_URL_SAFE = str.maketrans("-_", "+/")
_PROVENANCE = ("buildDefinition", "runDetails", "builder", "materials", "buildType")


class SbomSummary(NamedTuple):
    """An SBOM in figures: `licences` with how many packages have each, the most frequent first, at most 1,000."""

    form: str
    packages: int
    licences: tuple[tuple[str, int], ...]
    distribution: str


class Material(NamedTuple):
    """An image that a build was made from, as provenance names it."""

    name: str
    digest: str


class Provenance(NamedTuple):
    """Who built an image, from which source, and from which images."""

    builder: str
    source: str
    images: tuple[Material, ...]


def content_of(body: bytes) -> Mapping[str, object]:
    """The document inside a sigstore bundle, a DSSE envelope and an in-toto statement; raises `BadDocument`."""
    content = json_object(body)
    content = mapping_of(content.get("dsseEnvelope")) or content
    payload = content.get("payload")
    if isinstance(payload, str) and "payloadType" in content:
        try:
            content = json_object(base64.b64decode(payload.translate(_URL_SAFE), validate=True))
        except (binascii.Error, ValueError):
            raise BadDocument("has a payload that cannot be read") from None
    predicate = content.get("predicate")
    return mapping_of(predicate) if "predicateType" in content else content


def summarise(body: bytes) -> SbomSummary:
    """An SPDX or CycloneDX document in figures; raises `BadDocument` for another."""
    content = content_of(body)
    if text_of(content.get("spdxVersion")):
        return _spdx(content)
    if text_of(content.get("bomFormat")) == "CycloneDX":
        return _cyclonedx(content)
    if "@context" in content and "@graph" in content:
        raise BadDocument("is SPDX 3, which is not summarised")
    raise BadDocument("is neither SPDX nor CycloneDX in JSON")


def read_provenance(body: bytes) -> Provenance:
    """SLSA provenance 0.2 or 1; raises `BadDocument` for another document."""
    content = content_of(body)
    if not any(name in content for name in _PROVENANCE):
        raise BadDocument("is no SLSA provenance")
    definition = mapping_of(content.get("buildDefinition"))
    run = mapping_of(content.get("runDetails"))
    builder = mapping_of(run.get("builder") or content.get("builder"))
    materials = list_of(definition.get("resolvedDependencies") or content.get("materials"))
    images: dict[str, Material] = {}
    source = _source_of(content, definition)
    for entry in materials[:_MAX_PACKAGES]:
        fields = mapping_of(entry)
        uri = text_of(fields.get("uri"))
        name = _image_of(uri)
        hexadecimal = text_of(mapping_of(fields.get("digest")).get("sha256"))
        digest = f"sha256:{hexadecimal}"
        if name:
            images.setdefault(name, Material(name, digest if is_digest(digest) else ""))
        elif not source and (uri.startswith(("git+", "git://")) or ".git" in uri):
            source = uri
    return Provenance(text_of(builder.get("id")), source, tuple(images.values())[:_MAX_BASES])


def _source_of(content: Mapping[str, object], definition: Mapping[str, object]) -> str:
    """The source that a build was configured with: SLSA 0.2, BuildKit's and GitHub's SLSA 1; empty where none says."""
    parameters = mapping_of(definition.get("externalParameters"))
    sources = (
        mapping_of(mapping_of(content.get("invocation")).get("configSource")).get("uri"),
        mapping_of(parameters.get("configSource")).get("uri"),
        mapping_of(parameters.get("workflow")).get("repository"),
    )
    return next((text for source in sources if (text := text_of(source))), "")


def _image_of(uri: str) -> str:
    """The image that a package URL means (`pkg:docker/python@3.12-slim?platform=…`), empty where it means none."""
    kind, _, rest = uri.partition("/")
    if kind not in ("pkg:docker", "pkg:oci"):
        return ""
    rest, _, query = rest.partition("?")
    qualifiers = dict(parse_qsl(query))
    name, at, version = unquote(rest).partition("@")
    if kind == "pkg:oci":
        name, version = qualifiers.get("repository_url", name), qualifiers.get("tag", "")
        at = "@" if version else ""
    elif qualifiers.get("repository_url"):
        name = f"{qualifiers['repository_url']}/{name}"
    if version.startswith("sha256:"):
        return f"{name}@{version}"
    return f"{name}:{version}" if at else name


def package_versions(body: bytes) -> Mapping[str, tuple[str, ...]]:
    """The versions of each package of an SBOM, under its package URL without version and qualifiers, or its name.

    Raises `BadDocument` for what is no JSON.
    """
    content = content_of(body)
    found: dict[str, set[str]] = {}
    for package in list_of(content.get("packages"))[:_MAX_PACKAGES]:
        fields = mapping_of(package)
        if text_of(fields.get("primaryPackagePurpose")).lower() not in _NO_PACKAGES:
            _add_version(found, next(_spdx_urls(fields), ""), fields.get("name"), fields.get("versionInfo"))
    for fields in _components(content):
        if text_of(fields.get("type")) not in _NO_PACKAGES:
            _add_version(found, text_of(fields.get("purl")), fields.get("name"), fields.get("version"))
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def _add_version(found: dict[str, set[str]], url: str, name: object, version: object) -> None:
    bare, at, told = url.partition("#")[0].partition("?")[0].removeprefix("pkg:").rpartition("@")
    key = unquote(bare if at else told) or text_of(name)
    if key:
        found.setdefault(key, set()).add(text_of(version) or (unquote(told) if at else ""))


def _spdx(content: Mapping[str, object]) -> SbomSummary:
    entries = list_of(content.get("packages"))[:_MAX_PACKAGES]
    listed = [mapping_of(entry) for entry in entries if _is_object(entry)]
    packages = [p for p in listed if text_of(p.get("primaryPackagePurpose")).lower() not in _NO_PACKAGES]
    licences: Counter[str] = Counter()
    urls: list[str] = []
    for package in packages:
        said = (text_of(package.get(name)) for name in ("licenseDeclared", "licenseConcluded"))
        licences[next((text for text in said if text not in _UNSAID), "not said")] += 1
        urls += _spdx_urls(package)
    system = [p for p in listed if p.get("primaryPackagePurpose") == "OPERATING-SYSTEM"]
    named = " ".join(text_of(system[0].get(key)) for key in ("name", "versionInfo")).strip() if system else ""
    form = text_of(content.get("spdxVersion")).replace("-", " ")
    return SbomSummary(form, len(packages), tuple(licences.most_common(_MAX_LICENCES)), named or _distribution(urls))


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _spdx_urls(package: Mapping[str, object]) -> Iterator[str]:
    for entry in list_of(package.get("externalRefs"))[:100]:
        reference = mapping_of(entry)
        if reference.get("referenceType") == "purl":
            yield text_of(reference.get("referenceLocator"))


def _cyclonedx(content: Mapping[str, object]) -> SbomSummary:
    components = _components(content)
    system = [c for c in components if c.get("type") == "operating-system"]
    packages = [c for c in components if text_of(c.get("type")) not in _NO_PACKAGES]
    licences: Counter[str] = Counter()
    for package in packages:
        licences[_together(list(_cyclonedx_licences(package)))] += 1
    named = " ".join(text_of(system[0].get(key)) for key in ("name", "version")).strip() if system else ""
    urls = [text_of(package.get("purl")) for package in packages]
    form = f"CycloneDX {text_of(content.get('specVersion'))}".strip()
    return SbomSummary(form, len(packages), tuple(licences.most_common(_MAX_LICENCES)), named or _distribution(urls))


def _components(content: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The components of a document, and those that they are made of, in its order."""
    found: list[Mapping[str, object]] = []
    left = list_of(content.get("components"))[::-1]
    while left and len(found) < _MAX_PACKAGES:
        component = mapping_of(left.pop())
        found.append(component)
        left += list_of(component.get("components"))[::-1]
    return found


def _cyclonedx_licences(package: Mapping[str, object]) -> Iterator[str]:
    for entry in list_of(package.get("licenses"))[:100]:
        choice = mapping_of(entry)
        licence = mapping_of(choice.get("license"))
        said = (text_of(value) for value in (choice.get("expression"), licence.get("id"), licence.get("name")))
        name = next((text for text in said if text not in _UNSAID), "")
        if name:
            yield name


def _together(licences: list[str]) -> str:
    """Several licences that all hold, as one SPDX expression."""
    if len(licences) > 1:
        licences = [f"({licence})" if " OR " in licence else licence for licence in licences]
    return " AND ".join(licences) or "not said"


def _distribution(urls: list[str]) -> str:
    """The distribution that the system's packages name in their package URLs: `distro=debian-12`."""
    named = Counter(
        value.replace("-", " ", 1)
        for url in urls
        if url.startswith(_SYSTEM_PACKAGES)
        for key, value in parse_qsl(url.partition("?")[2])
        if key == "distro"
    )
    return named.most_common(1)[0][0] if named else ""
