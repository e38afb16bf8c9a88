"""Images that get no updates any more.

Facts, each with where it is said, its day, and the day on which that was read (`read_on`; docs/data.md tells how). A
name that ends in `/*` means every repository below it.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from moorage.data.moves import address_of, with_namespaces


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


def _official(why: str, source: str, table: str) -> Iterator[Retirement]:
    """Retired official images, one a line: name, day, what to look at instead."""
    for row in table.strip().splitlines():
        name, since, *instead = row.split()
        at = source.format(name)
        yield Retirement(f"docker.io/library/{name}", since, why, tuple(instead), at, _READ, name == "openjdk")


def _retired(name: str, since: str, why: str, *sources: str, instead: tuple[str, ...] = ()) -> Retirement:
    return Retirement(name, since, why, instead, ", ".join(map(address_of, sources)), _READ)


RETIREMENTS: tuple[Retirement, ...] = (
    # Where the page of an image names no day, it is that on which its last tag has left the list of official images.
    *_official(
        "is deprecated and gets no updates",
        _DOCS,
        """
        adoptopenjdk        2021-08-01  docker.io/library/eclipse-temurin
        celery              2017-06-23  docker.io/library/python
        clefos              2024-07-29
        crux                2021-10-05
        django              2017-05-19  docker.io/library/python
        euleros             2021-10-09
        express-gateway     2024-06-17
        fsharp              2021-08-02  mcr.microsoft.com/dotnet/sdk
        glassfish           2016-10-11
        hipache             2016-10-26
        iojs                2017-04-21  docker.io/library/node
        java                2016-12-31  docker.io/library/eclipse-temurin
        jobber              2024-06-17
        kaazing-gateway     2021-10-09
        known               2021-10-09
        mongo-express       2025-06-04
        mono                2025-08-18
        nats-streaming      2023-06     docker.io/library/nats
        nuxeo               2021-10-09
        openjdk             2022-07     docker.io/library/eclipse-temurin docker.io/library/amazoncorretto
        php-zendserver      2024-07-29
        plone               2025-10-09  docker.io/plone/plone-backend
        rails               2017-05-19  docker.io/library/ruby
        rapidoid            2021-10-09
        sentry              2020-10-21
        sourcemage          2021-10-09
        swarm               2021-02-18
        thrift              2021-10-09
        ubuntu-debootstrap  2016-06-06  docker.io/library/ubuntu
        ubuntu-upstart      2016-06-06  docker.io/library/ubuntu
        """,
    ),
    *_official(
        "has come to its end and gets no updates",
        _DOCS,
        """
        centos              2024-06-30  docker.io/library/almalinux docker.io/rockylinux/rockylinux
        clearlinux          2025-07-18
        notary              2025-07-30
        sl                  2024-06-30  docker.io/library/almalinux docker.io/rockylinux/rockylinux
        unit                2025-10
        """,
    ),
    *_official("is no official image any more and gets no updates", _LIST, "gazebo 2025-08-25"),
    _retired(
        "docker.io/amazon/opendistro-for-elasticsearch",
        "2021-08-20",
        "has come to its end and gets no updates",
        "opendistro/for-elasticsearch-docs#505",
        instead=("docker.io/opensearchproject/opensearch",),
    ),
    _retired(
        "docker.io/bitnamilegacy/*", "2025-08-28", "is an archive and gets no updates", "bitnami/containers#83267"
    ),
    _retired(
        "docker.io/circleci/*",
        "2021-12-31",
        "is deprecated and gets no updates; its successors are the images below cimg/",
        "https://discuss.circleci.com/t/legacy-convenience-image-deprecation/41034",
        "circleci/circleci-docs#6664",
    ),
    _retired(
        "docker.io/containrrr/watchtower",
        "2025-12-17",
        "is archived and gets no updates",
        "wg-easy/wg-easy#2655",
        "veggiemonk/awesome-docker#1249",
    ),
    _retired(
        "docker.io/docker/compose",
        "2021-05-10",
        "is Compose V1 and gets no updates",
        "docker/compose#10573",
        "gramps-project/gramps-web-docs#20",
        instead=("docker.io/library/docker",),
    ),
    _retired(
        "docker.io/envoyproxy/envoy-alpine",
        "2022-03-14",
        "gets no updates; the tags distroless-… of envoy take its place",
        "envoyproxy/envoy#19781",
        instead=("docker.io/envoyproxy/envoy",),
    ),
    *(
        _retired(
            f"docker.io/fluxcd/{name}",
            "2022-11-01",
            "is archived and gets no updates: Flux v2 replaces it",
            "fluxcd/flux#3648",
            "fluxcd/website#1156",
        )
        for name in ("flux", "helm-operator")
    ),
    _retired(
        "docker.io/grafana/agent",
        "2025-11-01",
        "has come to its end and gets no updates",
        "https://grafana.com/docs/agent/latest/flow/concepts/",
        instead=("docker.io/grafana/alloy",),
    ),
    *(
        _retired(
            f"docker.io/jaegertracing/{name}",
            "2025-12-31",
            "is Jaeger v1, which has come to its end, and gets no updates",
            "jaegertracing/jaeger#6321",
            instead=("docker.io/jaegertracing/jaeger",),
        )
        for name in ("all-in-one", "jaeger-agent", "jaeger-collector", "jaeger-ingester", "jaeger-query")
    ),
    *(
        _retired(
            f"docker.io/kubernetesui/{name}",
            "2026-01",
            "belongs to the archived Kubernetes Dashboard and gets no updates; Headlamp is recommended in its place",
            "kubernetes/website#54042",
        )
        for name in ("dashboard", "dashboard-api", "dashboard-auth", "dashboard-web", "metrics-scraper")
    ),
    _retired(
        "docker.io/mailhog/mailhog",
        "2023-04",
        "is no longer developed and gets no updates",
        "mailhog/MailHog#442",
        "mailhog/MailHog#466",
        instead=("docker.io/axllent/mailpit",),
    ),
    _retired(
        "docker.io/weaveworks/*",
        "2024-02",
        "gets no updates: Weaveworks has closed",
        "prometheus-operator/kube-prometheus#2348",
        "cncf/landscape#4023",
    ),
    *(
        _retired(
            f"docker.io/wurstmeister/{name}",
            "2024-05",
            "is no longer maintained and gets no updates",
            "wurstmeister/kafka-docker#742",
            "nuclio/nuclio#3242",
            instead=instead,
        )
        for name, instead in (("kafka", ("docker.io/apache/kafka",)), ("zookeeper", ("docker.io/library/zookeeper",)))
    ),
    _retired(
        "gcr.io/kaniko-project/*",
        "2025-06-03",
        "is no longer developed and gets no updates",
        "codyogden/killedbygoogle#1604",
        "loft-sh/devpod#1873",
    ),
    *(
        _retired(
            f"quay.io/minio/{name}",
            "2025-10-15",
            "gets no updates: MinIO is published as source code only",
            "minio/minio#21647",
            "rockstor/rockon-registry#481",
        )
        for name in ("minio", "mc")
    ),
    _retired(
        "registry.k8s.io/ingress-nginx/controller",
        "2026-03",
        "is retired and gets no updates",
        "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
        "https://github.com/kubernetes/ingress-nginx",
    ),
)

_RETIRED = {entry.name: entry for entry in RETIREMENTS}


@lru_cache(maxsize=1024)
def retirement_of(name: str) -> Retirement | None:
    """What is known of the end of the repository of this canonical name; None where nothing is."""
    return next((_RETIRED[n] for n in with_namespaces(name) if n in _RETIRED), None)
