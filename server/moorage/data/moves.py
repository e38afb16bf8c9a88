"""Images that get no updates any more, and repositories that have moved.

Facts, each with where to check it, its date, and the day on which it was written down (`read_on`). About a third of the
sources were opened for it, in stored copies; the others still want a look. A name that ends in `/*` means every
repository below it.
"""

from collections.abc import Iterator
from typing import NamedTuple


class Move(NamedTuple):
    """Repositories that are published elsewhere now. `to` are the new places, preferred first, with `*` for the rest.

    `why` is a clause behind the name. `same` says that the same images are there, so that their digests hold too;
    `gone` that the old place no longer has them, `but` which repositories and `latest_stays` which tag it still has.
    """

    name: str
    to: tuple[str, ...]
    since: str
    why: str
    source: str
    read_on: str
    same: bool = False
    gone: bool = False
    but: tuple[str, ...] = ()
    latest_stays: bool = False


class Retirement(NamedTuple):
    """Images that get no updates any more. `why` is a clause behind the name, `instead` what to look at, if anything.

    `prerelease` says that early access builds are still made.
    """

    name: str
    since: str
    why: str
    instead: tuple[str, ...]
    source: str
    read_on: str
    prerelease: bool = False


_READ = "2026-11-24"
_DOCS = "https://github.com/docker-library/docs/blob/master/{}/deprecated.md"
_LIST = "https://github.com/docker-library/official-images/commits/master/library/{}"
_FREEZE = "https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/"


def _left(name: str, to: str, since: str) -> Move:
    return Move(f"docker.io/library/{name}", (to,), since, "is no official image any more", _DOCS.format(name), _READ)


MOVES: tuple[Move, ...] = (
    Move("k8s.gcr.io/*", ("registry.k8s.io/*",), "2023-04-03", "is frozen", _FREEZE, _READ, same=True),
    Move(
        "us.gcr.io/k8s-artifacts-prod/*", ("registry.k8s.io/*",), "2023-04-03", "is frozen", _FREEZE, _READ, same=True
    ),
    Move(
        "eu.gcr.io/k8s-artifacts-prod/*", ("registry.k8s.io/*",), "2023-04-03", "is frozen", _FREEZE, _READ, same=True
    ),
    Move(
        "asia.gcr.io/k8s-artifacts-prod/*", ("registry.k8s.io/*",), "2023-04-03", "is frozen", _FREEZE, _READ, same=True
    ),
    Move(
        "docker.io/bitnami/*",
        ("docker.io/bitnamilegacy/*",),
        "2025-08-28",
        "was moved to an archive that gets no updates",
        "https://github.com/bitnami/containers/issues/83267",
        _READ,
        same=True,
        gone=True,
        but=("docker.io/bitnami/minideb",),
        latest_stays=True,
    ),
    Move(
        "quay.io/coreos/etcd",
        ("registry.k8s.io/etcd", "gcr.io/etcd-development/etcd"),
        "2017-08-04",
        "is no longer etcd's own registry",
        "https://github.com/etcd-io/etcd/releases/tag/v3.2.5, https://github.com/etcd-io/etcd/issues/20928",
        _READ,
    ),
    Move(
        "gcr.io/kubebuilder/*",
        ("registry.k8s.io/kubebuilder/*",),
        "2025-03-18",
        "was shut down",
        "https://github.com/kubernetes-sigs/kubebuilder/discussions/3907",
        _READ,
        same=True,
        gone=True,
    ),
    *(
        Move(
            f"docker.io/minio/{name}",
            (f"quay.io/minio/{name}",),
            "2026-09-14",
            "is no longer on Docker Hub",
            "https://github.com/opencrvs/opencrvs-core/issues/13797",
            _READ,
            same=True,
            gone=True,
        )
        for name in ("minio", "mc")
    ),
    Move(
        "docker.io/jboss/keycloak",
        ("quay.io/keycloak/keycloak",),
        "2022-02-11",
        "is no longer published there",
        "https://www.keycloak.org/server/containers",
        _READ,
    ),
    Move(
        "quay.io/kubernetes-ingress-controller/nginx-ingress-controller",
        ("registry.k8s.io/ingress-nginx/controller",),
        "2020-07",
        "is no longer published there",
        "https://github.com/kubernetes/ingress-nginx/blob/main/Changelog.md",
        _READ,
    ),
    Move(
        "quay.io/coreos/kube-state-metrics",
        ("registry.k8s.io/kube-state-metrics/kube-state-metrics",),
        "2021",
        "is no longer published there",
        "https://github.com/kubernetes/kube-state-metrics#container-image",
        _READ,
    ),
    Move(
        "quay.io/coreos/prometheus-operator",
        ("quay.io/prometheus-operator/prometheus-operator",),
        "2020",
        "is no longer published there",
        "https://github.com/prometheus-operator/prometheus-operator/blob/main/CHANGELOG.md",
        _READ,
    ),
    _left("consul", "docker.io/hashicorp/consul", "2024-06-17"),
    _left("jenkins", "docker.io/jenkins/jenkins", "2018-08-13"),
    _left("opensuse", "docker.io/opensuse/leap", "2019-07-03"),
    _left("owncloud", "docker.io/owncloud/server", "2019-01-03"),
    _left("piwik", "docker.io/library/matomo", "2018-10-01"),
    _left("vault", "docker.io/hashicorp/vault", "2024-06-17"),
)


def _official(table: str, why: str, source: str) -> Iterator[Retirement]:
    """Retired official images, one a line: name, day, what to look at instead."""
    for row in table.strip().splitlines():
        name, since, *instead = row.split()
        prerelease = name == "openjdk"
        yield Retirement(
            f"docker.io/library/{name}", since, why, tuple(instead), source.format(name), _READ, prerelease
        )


RETIREMENTS: tuple[Retirement, ...] = (
    *_official(
        """
        adoptopenjdk    2021-08-01  docker.io/library/eclipse-temurin
        fsharp          2021-08-02  mcr.microsoft.com/dotnet/sdk
        java            2016-12-31  docker.io/library/eclipse-temurin
        mongo-express   2025-06-04
        mono            2025-08-18
        nats-streaming  2023-06     docker.io/library/nats
        openjdk         2022-07     docker.io/library/eclipse-temurin docker.io/library/amazoncorretto
        plone           2025-10-09  docker.io/plone/plone-backend
        sentry          2020-10-21
        swarm           2021-02-18
        thrift          2021-10-09
        """,
        "is deprecated and gets no updates",
        _DOCS,
    ),
    *_official(
        """
        centos          2024-06-30  docker.io/library/almalinux docker.io/library/rockylinux
        notary          2025-07-30
        sl              2024-06-30  docker.io/library/almalinux docker.io/library/rockylinux
        unit            2025-10
        """,
        "has come to its end and gets no updates",
        _DOCS,
    ),
    # All their tags have left the list of official images on that day.
    *_official(
        """
        celery              2017-06-23  docker.io/library/python
        clefos              2024-07-29
        crux                2021-10-05
        django              2017-05-19  docker.io/library/python
        euleros             2021-10-09
        express-gateway     2024-06-17
        gazebo              2025-08-25
        glassfish           2016-10-11
        hipache             2016-10-26
        iojs                2017-04-21  docker.io/library/node
        jobber              2024-06-17
        kaazing-gateway     2021-10-09
        known               2021-10-09
        nuxeo               2021-10-09
        php-zendserver      2024-07-29
        rails               2017-05-19  docker.io/library/ruby
        rapidoid            2021-10-09
        sourcemage          2021-10-09
        ubuntu-debootstrap  2016-06-06  docker.io/library/ubuntu
        ubuntu-upstart      2016-06-06  docker.io/library/ubuntu
        """,
        "is no official image any more and gets no updates",
        _LIST,
    ),
    Retirement(
        "docker.io/bitnamilegacy/*",
        "2025-08-28",
        "is an archive and gets no updates",
        (),
        "https://github.com/bitnami/containers/issues/83267",
        _READ,
    ),
    Retirement(
        "docker.io/circleci/*",
        "2021-12-31",
        "is deprecated and gets no updates; its successors are the images below cimg/",
        (),
        "https://discuss.circleci.com/t/legacy-convenience-image-deprecation/41034",
        _READ,
    ),
    Retirement(
        "gcr.io/kaniko-project/*",
        "2025-06-03",
        "is no longer developed and gets no updates",
        (),
        "https://github.com/GoogleContainerTools/kaniko",
        _READ,
    ),
    *(
        Retirement(
            f"quay.io/minio/{name}",
            "2025-10-15",
            "gets no updates: MinIO is published as source code only",
            (),
            "https://github.com/minio/minio/issues/21647",
            _READ,
        )
        for name in ("minio", "mc")
    ),
    Retirement(
        "registry.k8s.io/ingress-nginx/controller",
        "2026-03",
        "is retired and gets no updates",
        (),
        "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
        _READ,
    ),
)

_MOVED = {move.name: move for move in MOVES}
_RETIRED = {entry.name: entry for entry in RETIREMENTS}


def move_of(name: str) -> Move | None:
    """Where the repository of this canonical name has moved to; None where it has not."""
    move = next((_MOVED[n] for n in _names(name) if n in _MOVED), None)
    return None if move is None or name in move.but else move


def new_names(move: Move, name: str) -> tuple[str, ...]:
    """The canonical names of a moved repository at its new places."""
    rest = name.removeprefix(move.name.removesuffix("*"))
    return tuple(to.removesuffix("*") + rest if to.endswith("*") else to for to in move.to)


def retirement_of(name: str) -> Retirement | None:
    """What is known of the end of the repository of this canonical name; None where nothing is."""
    return next((_RETIRED[n] for n in _names(name) if n in _RETIRED), None)


def _names(name: str) -> Iterator[str]:
    """The name itself, then its namespaces from near to far."""
    yield name
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name + "/*"
