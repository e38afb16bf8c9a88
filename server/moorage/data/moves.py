"""Repositories that have moved.

Facts, each with where it is said, its day, and the day on which that was read (`read_on`; docs/data.md tells how). A
name that ends in `/*` means every repository below it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple


class Move(NamedTuple):
    """Repositories that are published elsewhere now. `to` are the new places, preferred first, with `*` for the rest.

    `why` is a clause behind the name. `same` says that the same images are there, so that their digests hold too;
    `gone` that the old place no longer has them, `but` which repositories and `latest_stays` which tag it still has;
    `both` that new images still come to the old place, too.
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
    both: bool = False


_READ = "2026-11-24"
_FREEZE = "https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/"
_AGENTS = "https://www.jenkins.io/blog/2020/05/06/docker-agent-image-renaming/"
_NOTEBOOKS = (
    "all-spark", "base", "datascience", "julia", "minimal", "pyspark", "pytorch", "r", "scipy", "tensorflow",
)  # fmt: skip
_DEV_CONTAINERS = (
    "anaconda", "cpp", "dotnet", "go", "java", "javascript-node", "jekyll", "miniconda", "php", "python", "ruby",
    "rust", "typescript-node", "universal",
)  # fmt: skip


def address_of(source: str) -> str:
    """The address of a source: as it is, or of issue or pull request 1 on GitHub for `owner/repository#1`."""
    repository, _, number = source.partition("#")
    return source if source.startswith("https://") else f"https://github.com/{repository}/issues/{number}"


def _moved(why: str, table: str, *, same: bool = False, gone: bool = False) -> Iterator[Move]:
    """Moves of four words each: old place, new places, day, sources; places and sources with commas in between."""
    words = table.split()
    for name, to, since, sources in (words[at : at + 4] for at in range(0, len(words), 4)):
        source = ", ".join(map(address_of, sources.split(",")))
        yield Move(name, tuple(to.split(",")), since, why, source, _READ, same=same, gone=gone)


def _each(names: Iterable[str], row: str) -> str:
    return "\n".join(row.replace("NAME", name) for name in names)


def _left(why: str, table: str) -> Iterator[Move]:
    """Official images that have left for another repository, of three words each: name, new name on Docker Hub, day."""
    words = table.split()
    for name, to, since in (words[at : at + 3] for at in range(0, len(words), 3)):
        source = f"https://github.com/docker-library/docs/blob/master/{name}/deprecated.md"
        yield Move(f"docker.io/library/{name}", (f"docker.io/{to}",), since, why, source, _READ)


MOVES: tuple[Move, ...] = (
    *_moved(
        "is frozen",
        f"""
        k8s.gcr.io/*                      registry.k8s.io/*  2023-04-03  {_FREEZE}
        us.gcr.io/k8s-artifacts-prod/*    registry.k8s.io/*  2023-04-03  {_FREEZE},kubernetes/k8s.io#5035
        eu.gcr.io/k8s-artifacts-prod/*    registry.k8s.io/*  2023-04-03  {_FREEZE},kubernetes/k8s.io#5035
        asia.gcr.io/k8s-artifacts-prod/*  registry.k8s.io/*  2023-04-03  {_FREEZE},kubernetes/k8s.io#5035
        gcr.io/google-containers/*        registry.k8s.io/*  2020        kubernetes/minikube#20303
        gcr.io/google_containers/*        registry.k8s.io/*  2020        kubernetes/minikube#20303
        """,
        same=True,
    ),
    Move(
        "docker.io/bitnami/*",
        ("docker.io/bitnamilegacy/*",),
        "2025-08-28",
        "was moved to an archive that gets no updates",
        address_of("bitnami/containers#83267"),
        _READ,
        same=True,
        gone=True,
        but=("docker.io/bitnami/minideb",),
        latest_stays=True,
    ),
    *_moved(
        "is no longer there",
        _each(
            ("minio", "mc"),
            "docker.io/minio/NAME quay.io/minio/NAME 2026-09-11 dandi/dandi-cli#1921,RooCodeInc/Roomote#2704",
        ),
        same=True,
        gone=True,
    ),
    *_moved(
        "is no longer there",
        """
        gcr.io/kubebuilder/kube-rbac-proxy  registry.k8s.io/kubebuilder/kube-rbac-proxy
            2026-03-06  kubernetes/k8s.io#6690,kubealex/k8s-mediaserver-operator#115
        gcr.io/tekton-releases/*            ghcr.io/tektoncd/*
            2025-07-10  tektoncd/pipeline#8870,tektoncd/plumbing#2262
        """,
        same=True,
        gone=True,
    ),
    *_moved(
        "is no longer there",
        """
        docker.io/jboss/keycloak                quay.io/keycloak/keycloak
            2024-03  CanDIG/CanDIGv2#497,sameersbn/docker-gitlab#3192
        docker.io/metallb/*                     quay.io/metallb/*        2023-03  canonical/microk8s#3855
        docker.io/microsoft/dotnet
            mcr.microsoft.com/dotnet/sdk,mcr.microsoft.com/dotnet/aspnet,mcr.microsoft.com/dotnet/runtime
            2021-08-21  dotnet/announcements#197
        docker.io/microsoft/mssql-server-linux  mcr.microsoft.com/mssql/server
            2021-06  microsoft/mssql-docker#663,elastic/apm-agent-nodejs#2133
        docker.io/owasp/zap2docker-stable       ghcr.io/zaproxy/zaproxy,docker.io/zaproxy/zap-stable
            2025-02  microsoft/CSEDevOps#53,SocialGouv/dashlord#100
        gcr.io/kubernetes-helm/tiller           ghcr.io/helm/tiller      2021-08  helm/helm#10011
        gcr.io/paketo-buildpacks/*              docker.io/paketobuildpacks/*
            2025-06  candrews/jumpstart#3674,paketo-buildpacks/java#1757
        quay.io/k8scsi/*                        registry.k8s.io/sig-storage/*
            2025-10  ofek/csi-gcs#186,kubernetes-csi/csi-release-tools#86
        """,
        gone=True,
    ),
    # etcd's releases go to all of them; it is proposed to leave two of them from 3.8 on.
    Move(
        "quay.io/coreos/etcd",
        ("registry.k8s.io/etcd", "gcr.io/etcd-development/etcd"),
        "2017-11-29",
        "is not the place that etcd prefers",
        ", ".join(map(address_of, ("etcd-io/etcd#8937", "etcd-io/etcd#20928"))),
        _READ,
        both=True,
    ),
    *_moved(
        "gets no new images",
        """
        docker.pkg.github.com/*      ghcr.io/*
            2021  https://docs.github.com/packages/working-with-a-github-packages-registry/working-with-the-docker-registry
        docker.io/argoproj/argocd    quay.io/argoproj/argocd
            2022-01-20  argoproj/argo-cd#8238,argoproj/argo-cd#9244
        docker.io/containous/whoami  docker.io/traefik/whoami     2020-09     traefik/whoami#35,traefik/whoami#67
        docker.io/directxman12/k8s-prometheus-adapter  registry.k8s.io/prometheus-adapter/prometheus-adapter
            2021-06-30  kubernetes-sigs/prometheus-adapter#419
        docker.io/github/super-linter  ghcr.io/super-linter/super-linter  2023-05  super-linter/super-linter#5095
        docker.io/google/cadvisor      ghcr.io/google/cadvisor
            2019-12-04  google/cadvisor#2349,google/cadvisor#3806
        docker.io/loadimpact/k6        docker.io/grafana/k6             2023-12-31  grafana/k6#3494
        docker.io/microsoft/azure-cli  mcr.microsoft.com/azure-cli      2021-06-16  Azure/azure-cli#18507
        docker.io/mysql/mysql-server   container-registry.oracle.com/mysql/community-server
            2024-07  perl5-dbi/DBD-mysql#437,oracle/docker-images#2429
        docker.io/nodered/node-red-docker  docker.io/nodered/node-red
            2019-09-30  node-red/node-red-docker#130,mcci-catena/docker-iot-dashboard#52
        docker.io/osgeo/gdal           ghcr.io/osgeo/gdal
            2023-03  camptocamp/docker-qgis-server#597,Jorl17/open-elevation#97
        docker.io/portainer/portainer  docker.io/portainer/portainer-ce
            2020-09  edgexfoundry/edgex-compose#42,cbirkenbeul/docker-homelab#66
        docker.io/projectcontour/contour  ghcr.io/projectcontour/contour
            2022  projectcontour/contour#3998,projectcontour/contour#4902
        docker.io/yandex/clickhouse-server  docker.io/clickhouse/clickhouse-server
            2022  splitgraph/sgr#779,balance-platform/pillar#51
        gcr.io/cadvisor/cadvisor       ghcr.io/google/cadvisor          2025-12-02  google/cadvisor#3806
        gcr.io/linkerd-io/*            cr.l5d.io/linkerd/*,ghcr.io/linkerd/*
            2020-09  linkerd/linkerd2#4953,linkerd/linkerd2#5756
        ghcr.io/github/super-linter    ghcr.io/super-linter/super-linter  2023-05-25  super-linter/super-linter#4312
        quay.io/coreos/dex             ghcr.io/dexidp/dex               2018-09     dexidp/dex#1284
        quay.io/coreos/flannel         ghcr.io/flannel-io/flannel,docker.io/flannel/flannel
            2022  kubernetes/kops#13552,DaoCloud/public-image-mirror#44782
        quay.io/coreos/k8s-prometheus-adapter-amd64  registry.k8s.io/prometheus-adapter/prometheus-adapter
            2021-06-30  kubernetes-sigs/prometheus-adapter#419
        quay.io/coreos/kube-state-metrics  registry.k8s.io/kube-state-metrics/kube-state-metrics
            2021-04-13  https://kubernetes.io/blog/2021/04/13/kube-state-metrics-v-2-0/
        quay.io/dexidp/dex             ghcr.io/dexidp/dex
            2021-03  kubermatic/kubermatic#6659,giantswarm/retagger#1044
        quay.io/kubernetes-ingress-controller/nginx-ingress-controller  registry.k8s.io/ingress-nginx/controller
            2020-07  helm/charts#23152,helm/charts#23213
        quay.io/pusher/oauth2_proxy    quay.io/oauth2-proxy/oauth2-proxy
            2020-03  EnMasseProject/enmasse#4224,equinor/webviz-config#463
        """
        + _each(
            ("prometheus-operator", "prometheus-config-reloader"),
            "quay.io/coreos/NAME quay.io/prometheus-operator/NAME 2020 prometheus-operator/prometheus-operator#3672\n",
        )
        + _each(
            ("argocli", "argoexec", "workflow-controller"),
            "docker.io/argoproj/NAME quay.io/argoproj/NAME 2025-05-07 argoproj/argo-workflows#14457\n",
        )
        + _each(
            _NOTEBOOKS,
            "docker.io/jupyter/NAME-notebook quay.io/jupyter/NAME-notebook 2023-10-20 jupyter/docker-stacks#2099\n",
        )
        + _each(
            _DEV_CONTAINERS,
            "mcr.microsoft.com/vscode/devcontainers/NAME mcr.microsoft.com/devcontainers/NAME"
            " 2023-11 microsoft/vscode-dev-containers#1762,devcontainers/images#63\n",
        ),
    ),
    *_moved(
        "was renamed",
        f"""
        docker.io/bitwardenrs/server      docker.io/vaultwarden/server
            2021-04  cdwv/bitwarden-k8s#18,Qballjos/portainer_templates#35
        docker.io/jenkins/jnlp-slave      docker.io/jenkins/inbound-agent  2020-05-06  {_AGENTS}
        docker.io/jenkins/slave           docker.io/jenkins/agent          2020-05-06  {_AGENTS}
        docker.io/jenkins/ssh-slave       docker.io/jenkins/ssh-agent      2020-05-06  {_AGENTS}
        docker.io/jrcs/letsencrypt-nginx-proxy-companion  docker.io/nginxproxy/acme-companion
            2021  nginx-proxy/acme-companion#847
        docker.io/linuxserver/letsencrypt  docker.io/linuxserver/swag
            2020-08  linuxserver-archive/docker-letsencrypt#491,linuxserver/reverse-proxy-confs#216
        mcr.microsoft.com/dotnet/core/*   mcr.microsoft.com/dotnet/*       2020-11-10  dotnet/dotnet-docker#2375
        """,
    ),
    *_left(
        "gets no new images",
        """
        emqx        emqx/emqx              2025-09-04
        liquibase   liquibase/liquibase    2025-10-06
        rockylinux  rockylinux/rockylinux  2023-11-30
        """,
    ),
    *_left(
        "is no official image any more",
        """
        consul    hashicorp/consul  2024-06-17
        jenkins   jenkins/jenkins   2018-08-13
        opensuse  opensuse/leap     2019-07-03
        owncloud  owncloud/server   2019-01-03
        piwik     library/matomo    2018-10-01
        vault     hashicorp/vault   2024-06-17
        """,
    ),
)

_MOVED = {move.name: move for move in MOVES}


@lru_cache(maxsize=1024)
def move_of(name: str) -> Move | None:
    """Where the repository of this canonical name has moved to; None where it has not."""
    move = next((_MOVED[n] for n in with_namespaces(name) if n in _MOVED), None)
    return None if move is None or name in move.but else move


def new_names(move: Move, name: str) -> tuple[str, ...]:
    """The canonical names of a moved repository at its new places."""
    rest = name.removeprefix(move.name.removesuffix("*"))
    return tuple(to.removesuffix("*") + rest if to.endswith("*") else to for to in move.to)


def with_namespaces(name: str) -> Iterator[str]:
    """The name itself, then its namespaces from near to far, as facts name them: `a/b`, `a/*`."""
    yield name
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name + "/*"
