"""Which of the smaller formats a file is, and which files of other formats their names must not take."""

import pytest

from moorage.documents.detect import detect, is_candidate

POD = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a}]}\n"
SERVICES = "services:\n  web:\n    image: redis:7\n"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (".circleci/config.yml", "circleci"),
        ("a/.circleci/jobs/deploy.yaml", "circleci"),
        ("bitbucket-pipelines.yml", "bitbucket"),
        ("azure-pipelines.yml", "azure"),
        ("ci/azure-pipelines-nightly.yaml", "azure"),
        ("ci/azure_pipeline.yml", None),
        ("build.azure-pipeline.yml", "azure"),
        (".azure-pipelines/templates/job.yml", "azure"),
        ("azure-pipelines/steps.yml", "azure"),
        (".azuredevops/pr.yml", "azure"),
        (".azure/pipelines/main.yml", "azure"),
        (".azure/settings.yml", None),
        (".drone.yml", "drone"),
        (".drone.release.yaml", "drone"),
        ("drone.yml", None),
        (".woodpecker.yml", "woodpecker"),
        (".woodpecker/release.yaml", "woodpecker"),
        ("woodpecker/x.yml", None),
        ("deploy/kustomization.yaml", "kustomize"),
        ("Kustomization", "kustomize"),
        ("kustomization.yaml.tpl", None),
        ("project.toml", "buildpacks"),
        ("myproject.toml", None),
        ("redis.container", "quadlet"),
        ("redis@.container", "quadlet"),
        ("redis.container.d/10-image.conf", "quadlet"),
        ("container.d/10-image.conf", "quadlet"),
        ("nginx.d/10-image.conf", None),
        (".devcontainer/setup.conf", None),
        ("x.container.bak", None),
        ("moorage.yaml", "package"),
        ("my-moorage.yaml", None),
        ("moorage.lock", None),
        ("Makefile", None),
    ],
)
def test_by_name(path, name):
    found = detect("/work/" + path, "")
    assert (None if found is None else found.id) == name
    assert is_candidate("/work/" + path) or name is None


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        (".azure-pipelines/pod.yml", POD, "kubernetes"),
        (".circleci/pod.yml", POD, "kubernetes"),
        (".circleci/docker-compose.yml", SERVICES, "compose"),
        ("azure-pipelines/docker-compose.test.yml", SERVICES, "compose"),
        (".drone.yml", "kind: pipeline\ntype: docker\n", "drone"),
        (".woodpecker.yml", SERVICES, "woodpecker"),
        ("kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "kustomize"),
        ("apps.yaml", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n", "kubernetes"),
        ("azure-pipelines/Dockerfile", "FROM a", "dockerfile"),
        ("redis.image", "[Image]\nImage=redis:7\n", "quadlet"),
        ("redis.volume", "# x\r\n[Volume]\r\nDriver=image\r\n", "quadlet"),
        ("app.build", "[Build]\nImageTag=app:1\n", "quadlet"),
    ],
)
def test_names_and_contents(path, text, name):
    assert detect("/work/" + path, text).id == name


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("meson.build", "project('x')\nimages = [Image]\n"),
        ("app.volume", "[Unit]\nDescription=[Volume]\n"),
        ("disk.image", ""),
    ],
)
def test_a_name_that_units_share_with_others_says_nothing(path, text):
    assert is_candidate("/work/" + path)
    assert detect("/work/" + path, text) is None
