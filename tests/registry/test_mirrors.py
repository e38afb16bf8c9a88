"""Which endpoints answer for a registry, as settings and the files of other tools have it."""

import json
from pathlib import Path

import pytest

from moorage.embedded.images import ImageSpec, build
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import Known
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.endpoints.mirrors import Endpoints
from moorage.registry.failures import Refused
from moorage.settings import MirrorSettings, RegistrySettings, Settings


class Home:
    """A user's and a system's files."""

    def __init__(self, folder):
        self.folder = folder
        self.env = {"HOME": str(folder / "home")}
        self.system = folder / "etc"

    def write(self, path, content):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return self

    def endpoints(self, settings=None):
        return Endpoints(settings or Settings(), self.env, self.system)

    def urls(self, registry, repository, need="resolve", settings=None):
        """Where the tag `1` of a repository is asked for."""
        found = self.endpoints(settings).of(registry, repository, need)
        return [str(endpoint.stamped(endpoint.url(repository, "manifests/1"))) for endpoint in found]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


DAEMON_JSON = ["home/.docker/daemon.json", "home/.config/docker/daemon.json", "etc/docker/daemon.json"]
HUB = "https://registry-1.docker.io/v2/library/python/manifests/1"


def test_without_any_file(home):
    assert home.urls("docker.io", "library/python") == [HUB]
    assert home.urls("ghcr.io", "a/b") == ["https://ghcr.io/v2/a/b/manifests/1"]
    assert home.urls("localhost:5000", "a/b") == ["http://localhost:5000/v2/a/b/manifests/1"]


@pytest.mark.parametrize("need", ["resolve", "content"])
@pytest.mark.parametrize(
    "mirror, expected",
    [
        (MirrorSettings("http://127.0.0.1:5000", True), ["http://127.0.0.1:5000/v2/library/python/manifests/1"]),
        (MirrorSettings("https://m.corp/hub/", True), ["https://m.corp/v2/hub/library/python/manifests/1"]),
        (MirrorSettings("https://m.corp/v2/hub", True), ["https://m.corp/v2/hub/library/python/manifests/1"]),
    ],
)
def test_a_mirror_of_the_settings_that_resolves_is_asked_alone(home, mirror, expected, need):
    assert home.urls("docker.io", "library/python", need, Settings(mirrors={"docker.io": mirror})) == expected


def test_a_mirror_of_the_settings_that_does_not_resolve_serves_content(home):
    settings = Settings(mirrors={"docker.io": MirrorSettings("https://m.corp")})
    assert home.urls("docker.io", "library/python", "resolve", settings) == [HUB]
    mirror = "https://m.corp/v2/library/python/manifests/1"
    assert home.urls("docker.io", "library/python", "content", settings) == [mirror, HUB]


@pytest.mark.parametrize(
    "file", ["home/.docker/daemon.json", "home/.config/docker/daemon.json", "etc/docker/daemon.json"]
)
def test_dockers_own_mirrors_are_for_docker_hub(home, file):
    home.write(
        file,
        {"registry-mirrors": ["https://m.corp", "nonsense", 7], "insecure-registries": ["r.corp:5000", "10.0.0.0/8"]},
    )
    assert home.urls("docker.io", "library/python") == ["https://m.corp/v2/library/python/manifests/1", HUB]
    assert home.urls("ghcr.io", "a/b") == ["https://ghcr.io/v2/a/b/manifests/1"]
    assert home.urls("r.corp:5000", "a/b") == ["http://r.corp:5000/v2/a/b/manifests/1"]


REGISTRIES = """
unqualified-search-registries = ["docker.io"]

[[registry]]
prefix = "docker.io/library"
location = "base.corp/hub"

[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "all.corp/dockerhub"
[[registry.mirror]]
location = "digests.corp:5000"
insecure = true
pull-from-mirror = "digest-only"
[[registry.mirror]]
location = "tags.corp"
pull-from-mirror = "tag-only"

[[registry]]
prefix = "*.evil.example"
blocked = true

[[registry]]
location = "plain.corp"
insecure = true

[[registry]]
location = "localhost:5000"
insecure = false
"""


@pytest.mark.parametrize(
    "registry, repository, need, expected",
    [
        ("docker.io", "library/python", "resolve", ["https://base.corp/v2/hub/python/manifests/1"]),
        (
            "docker.io",
            "grafana/grafana",
            "resolve",
            [
                "https://all.corp/v2/dockerhub/grafana/grafana/manifests/1",
                "https://tags.corp/v2/grafana/grafana/manifests/1",
                "https://registry-1.docker.io/v2/grafana/grafana/manifests/1",
            ],
        ),
        (
            "docker.io",
            "grafana/grafana",
            "content",
            [
                "https://all.corp/v2/dockerhub/grafana/grafana/manifests/1",
                "http://digests.corp:5000/v2/grafana/grafana/manifests/1",
                "https://registry-1.docker.io/v2/grafana/grafana/manifests/1",
            ],
        ),
        ("plain.corp", "a/b", "resolve", ["http://plain.corp/v2/a/b/manifests/1"]),
        ("localhost:5000", "a/b", "resolve", ["https://localhost:5000/v2/a/b/manifests/1"]),
    ],
)
def test_containers_registries_conf(home, registry, repository, need, expected):
    home.write("home/.config/containers/registries.conf", REGISTRIES)
    assert home.urls(registry, repository, need) == expected


LEADS_TO_HUB = """
[[registry]]
prefix = "docker.io/acme"
location = "docker.io/acme-new"

[[registry]]
prefix = "docker.io/old"
location = "index.docker.io/library"

[[registry]]
prefix = "old.corp"
location = "docker.io"

[[registry]]
location = "quay.io"
[[registry.mirror]]
location = "docker.io/quaymirror"
"""


@pytest.mark.parametrize(
    "registry, repository, expected",
    [
        ("docker.io", "acme/x", ["acme-new/x"]),
        ("docker.io", "old/python", ["library/python"]),
        ("old.corp", "grafana/grafana", ["grafana/grafana"]),
        ("old.corp", "python", ["library/python"]),
        ("quay.io", "a/b", ["quaymirror/a/b", "https://quay.io/v2/a/b/manifests/1"]),
    ],
)
def test_docker_hubs_names_are_asked_where_it_speaks_the_api(home, registry, repository, expected):
    home.write("home/.config/containers/registries.conf", LEADS_TO_HUB)
    there = f"https://registry-1.docker.io/v2/{expected[0]}/manifests/1"
    assert home.urls(registry, repository) == [there, *expected[1:]]


def test_docker_hub_as_a_mirror_of_other_files_and_of_the_settings(home):
    home.write("etc/containerd/certs.d/docker.io/hosts.toml", 'server = "https://docker.io"')
    assert home.urls("docker.io", "library/python") == [HUB]
    settings = Settings(mirrors={"old.corp": MirrorSettings("https://index.docker.io/library", resolve=True)})
    assert home.urls("old.corp", "python", settings=settings) == [HUB]


def test_a_blocked_registry_is_not_asked(home):
    home.write("etc/containers/registries.conf", REGISTRIES)
    with pytest.raises(Refused, match=r"registry.evil.example is blocked by .*registries.conf"):
        home.urls("registry.evil.example", "a/b")


def test_a_part_that_is_blocked_is_named_and_the_rest_is_asked(home):
    home.write("etc/containers/registries.conf", '[[registry]]\nprefix = "quay.io/bad"\nblocked = true\n')
    with pytest.raises(Refused, match=r"^quay.io/bad is blocked by .*registries.conf"):
        home.urls("quay.io", "bad/x")
    assert home.urls("quay.io", "badly/x") == ["https://quay.io/v2/badly/x/manifests/1"]


def test_the_users_file_replaces_the_systems_and_drop_ins_add_to_it(home):
    home.write("etc/containers/registries.conf", '[[registry]]\nlocation = "quay.io"\nblocked = true\n')
    home.write("home/.config/containers/registries.conf", "")
    home.write("etc/containers/registries.conf.d/1.conf", '[[registry]]\nlocation = "ghcr.io"\nblocked = true\n')
    home.write("home/.config/containers/registries.conf.d/2.conf", '[[registry]]\nlocation = "ghcr.io"\n')
    assert home.urls("quay.io", "a/b") == ["https://quay.io/v2/a/b/manifests/1"]
    assert home.urls("ghcr.io", "a/b") == ["https://ghcr.io/v2/a/b/manifests/1"]


HOSTS = """
server = "https://registry-1.docker.io"
[host."https://m.corp"]
capabilities = ["pull", "resolve"]
[host."https://public.example/cache"]
capabilities = ["pull"]
[host."http://127.0.0.1:5000/deep/api"]
capabilities = ["resolve"]
override_path = true
"""


@pytest.mark.parametrize(
    "need, expected",
    [
        (
            "resolve",
            [
                "https://m.corp/v2/library/python/manifests/1?ns=docker.io",
                "http://127.0.0.1:5000/deep/api/library/python/manifests/1?ns=docker.io",
                HUB,
            ],
        ),
        (
            "content",
            [
                "https://m.corp/v2/library/python/manifests/1?ns=docker.io",
                "https://public.example/cache/v2/library/python/manifests/1?ns=docker.io",
                HUB,
            ],
        ),
    ],
)
def test_containerds_hosts_toml(home, need, expected):
    home.write("etc/containerd/certs.d/docker.io/hosts.toml", HOSTS)
    assert home.urls("docker.io", "library/python", need) == expected


def test_certificates_of_hosts_toml_lie_beside_it_and_are_for_that_host_alone(home):
    home.write(
        "etc/containerd/certs.d/docker.io/hosts.toml",
        """
[host."https://m.corp"]
ca = "m.crt"
client = [["me.cert", "me.key"], "both.pem"]
[host."https://n.corp"]
ca = ["/certs/n.crt", "more.crt"]
client = "both.pem"
""",
    )
    folder = home.system / "containerd/certs.d/docker.io"
    endpoints = home.endpoints()
    both = (folder / "both.pem", folder / "both.pem")
    assert endpoints.certificates("m.corp") == (
        (folder / "m.crt",),
        ((folder / "me.cert", folder / "me.key"), both),
    )
    assert endpoints.certificates("n.corp") == ((Path("/certs/n.crt"), folder / "more.crt"), (both,))
    assert endpoints.certificates("registry-1.docker.io") == ((), ())


def test_certificates_at_the_top_of_hosts_toml_are_the_registrys_own(home):
    home.write("etc/containerd/certs.d/r.corp_5000_/hosts.toml", 'ca = "ca.crt"')
    endpoints = home.endpoints()
    assert endpoints.certificates("r.corp:5000").authorities == (
        home.system / "containerd/certs.d/r.corp_5000_/ca.crt",
    )
    (own,) = endpoints.of("r.corp:5000", "a/b", "resolve")
    assert own.own


def test_the_default_of_hosts_toml_is_for_registries_without_a_folder_of_their_own(home):
    home.write("etc/containerd/certs.d/_default/hosts.toml", '[host."https://all.corp"]\ncapabilities = ["pull"]')
    home.write("etc/containerd/certs.d/docker.io/hosts.toml", '[host."https://m.corp"]')
    assert home.urls("ghcr.io", "a/b", "content") == [
        "https://all.corp/v2/a/b/manifests/1?ns=ghcr.io",
        "https://ghcr.io/v2/a/b/manifests/1",
    ]
    assert home.urls("ghcr.io", "a/b", "resolve") == ["https://ghcr.io/v2/a/b/manifests/1"]
    assert home.urls("docker.io", "library/python", "content")[0].startswith("https://m.corp/")


def test_what_would_be_less_safe_than_it_looks_is_not_followed_and_said(home):
    home.write(
        "etc/containerd/certs.d/docker.io/hosts.toml",
        """
[host."https://m.corp"]
skip_verify = true
[host."https://m.corp".header]
Authorization = "Basic czNjcmV0"
""",
    )
    files = home.endpoints().files
    assert [note.partition(": ")[2] for note in files.ignored] == [
        "`skip_verify` of m.corp is not followed: name its authority in `ca` instead",
        "the headers for m.corp are not sent: a credential belongs into Docker's file",
    ]
    assert "czNjcmV0" not in "".join(files.ignored)


@pytest.mark.parametrize(
    "content",
    [
        "host = 7\nca = 7\nclient = 7\nserver = 7",
        '[host."https://m.corp"]\nca = [7]\nclient = [7, [], [7]]\nheader = 7\ncapabilities = 7',
        '[host."nonsense"]\n[host."ftp://x"]',
    ],
)
def test_nonsense_in_hosts_toml_is_left_out(home, content):
    home.write("etc/containerd/certs.d/docker.io/hosts.toml", content)
    assert home.urls("docker.io", "library/python")[-1] == HUB
    assert home.endpoints().certificates("m.corp") == ((), ())


@pytest.mark.parametrize(
    "dropin, search, aliases",
    [
        ("", ("quay.io",), {"python": "quay.io/x/python", "alpine": "docker.io/library/alpine", "fedora": "corp.io/f"}),
        ("unqualified-search-registries = []", (), ...),
        ('unqualified-search-registries = ["ghcr.io", "docker.io"]', ("ghcr.io", "docker.io"), ...),
        ('[aliases]\npython = ""\nalpine = 3\nnode = "ghcr.io/node"', ("quay.io",),
         {"node": "ghcr.io/node", "fedora": "corp.io/f"}),
    ],
)  # fmt: skip
def test_what_podman_takes_short_names_for_is_read_and_changes_nothing(home, dropin, search, aliases):
    said = 'unqualified-search-registries = ["quay.io", 7]\nshort-name-mode = "enforcing"\n[aliases]\n'
    said += 'python = "quay.io/x/python"\nalpine = "docker.io/library/alpine"\nfedora = "registry.example/f"\n'
    home.write("home/.config/containers/registries.conf", said)
    home.write("etc/containers/registries.conf.d/000-shortnames.conf", dropin)
    home.write("home/.cache/containers/short-name-aliases.conf", '[aliases]\n"fedora" = "corp.io/f"\n')
    files = home.endpoints().files
    assert files.short_names() == search
    assert aliases is ... or files.aliases() == aliases
    assert home.urls("docker.io", "library/python") == [HUB]


@pytest.mark.parametrize("file", ["home/.docker/daemon.json", "home/.config/containers/registries.conf"])
def test_a_broken_file_counts_as_not_there(home, file):
    home.write(file, "[[registry]] }{")
    endpoints = home.endpoints()
    assert [str(e.root) for e in endpoints.of("docker.io", "a/b", "resolve")] == ["https://registry-1.docker.io/v2/"]
    assert len(endpoints.files.troubles) == 1


CONF, DAEMON = "home/.config/containers/registries.conf", "home/.docker/daemon.json"
FALSE = "write `http: false` for {} under `registries:` of your settings"


@pytest.mark.parametrize(
    "registry, file, content, settings, expected",
    [
        ("ghcr.io", CONF, "", Settings(), ""),
        ("127.0.0.1:7811", CONF, "", Settings(), FALSE),
        ("127.0.0.1:7811", CONF, "", Settings(registries={"127.0.0.1:7811": RegistrySettings(http=True)}), FALSE),
        ("127.0.0.1:7811", CONF, "", Settings(registries={"127.0.0.1:7811": RegistrySettings(http=False)}), ""),
        (
            "r.corp",
            CONF,
            "",
            Settings(registries={"r.corp": RegistrySettings(http=True)}),
            "take `http: true` for {} out of `registries:` of your settings",
        ),
        (
            "r.corp",
            CONF,
            "",
            Settings(mirrors={"r.corp": MirrorSettings("http://m.corp", resolve=True)}),
            "write https into its `url` under `mirrors:` of your settings",
        ),
        (
            "r.corp",
            DAEMON,
            {"insecure-registries": ["r.corp"]},
            Settings(),
            FALSE + ", or mend {file}, which wants http",
        ),
        (
            "r.corp",
            CONF,
            '[[registry]]\nlocation = "r.corp"\ninsecure = true',
            Settings(),
            FALSE + ", or mend {file}, which wants http",
        ),
        (
            "r.corp",
            CONF,
            '[[registry]]\nprefix = "r.corp"\nlocation = "new.corp"\ninsecure = true',
            Settings(),
            "mend {file}, which wants http",
        ),
    ],
)
def test_what_leads_from_http_to_https_fits_what_led_to_http(home, registry, file, content, settings, expected):
    home.write(file, content)
    (endpoint,) = home.endpoints(settings).of(registry, "a/b", "resolve")
    assert endpoint.root.scheme == ("http" if expected else "https")
    assert endpoint.to_https == expected.format(registry, file=home.folder / file)


def test_settings_go_over_other_tools(home):
    home.write("home/.config/containers/registries.conf", REGISTRIES)
    settings = Settings(
        mirrors={"docker.io": MirrorSettings("https://mine.corp", resolve=True)},
        registries={"plain.corp": RegistrySettings(http=False)},
    )
    assert home.urls("docker.io", "library/python", "resolve", settings) == [
        "https://mine.corp/v2/library/python/manifests/1"
    ]
    assert home.urls("plain.corp", "a/b", "resolve", settings) == ["https://plain.corp/v2/a/b/manifests/1"]


async def test_a_tags_meaning_is_never_asked_of_a_mirror_for_content_and_digests_are(home):
    contents = {"a/b": {"1": build(ImageSpec("a/b"))}}
    with EmbeddedRegistry(contents) as mirror, EmbeddedRegistry(contents) as registry:
        conf = f'[[registry]]\nlocation = "{registry.host}"\n[[registry.mirror]]\n'
        conf += f'location = "{mirror.host}"\ninsecure = true\npull-from-mirror = "digest-only"\n'
        home.write("home/.config/containers/registries.conf", conf)
        client = build_client(Settings(), home.env, Credentials(home.env))
        tags = (await client.tags(registry.host, "a/b")).answer
        digest = (await client.head(registry.host, "a/b", "1")).answer
        manifest = await client.manifest(registry.host, "a/b", digest.value)
        await client.aclose()
    assert (tags.endpoint, digest.endpoint, manifest.endpoint) == (registry.host, registry.host, mirror.host)


async def test_a_mirror_that_lacks_something_is_followed_by_the_registry(home):
    with EmbeddedRegistry({"a/b": ["1"]}) as mirror, EmbeddedRegistry({"a/b": ["1", "2"]}) as registry:
        conf = f'[[registry]]\nlocation = "{registry.host}"\n[[registry.mirror]]\n'
        conf += f'location = "{mirror.host}"\ninsecure = true\n'
        home.write("home/.config/containers/registries.conf", conf)
        client = build_client(Settings(), home.env, Credentials(home.env))
        first = (await client.head(registry.host, "a/b", "1")).answer
        second = (await client.head(registry.host, "a/b", "2")).answer
        assert isinstance(first, Known)
        assert (first.endpoint, second.endpoint) == (mirror.host, registry.host)
        assert [len(mirror.log), len(registry.log)] == [2, 1]
        await client.aclose()
