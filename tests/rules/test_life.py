"""Lines that have ended, retired images, moved repositories. Today is 2026-11-24."""

import pytest

from moorage.severity import Severity
from support.look import digest, facts, fixes, found, look, marked

RULES = ("end-of-life", "deprecated-image", "moved-repository")


def said(text, view=None, policy=None):
    return [line for line in look(text, view, policy) if line.startswith(RULES)]


class TestEndOfLife:
    @pytest.mark.parametrize(
        ("image", "says"),
        [
            ("python:3.8-slim", "python 3.8 ended on 2024-10-07 and gets no more fixes; 3.11 is supported until 2027-"),
            ("node:16-alpine", "node 16 ended on 2023-09-11 and gets no more fixes; 22 is supported until 2027-04-30"),
            ("node:16.20.2", "node 16 ended"),
            ("postgres:9", "postgres 9 ended on 2021-11-11"),
            ("ubuntu:bionic-20230530", "ubuntu 18.04 ended on 2023-05-31"),
            ("debian:buster-slim", "debian 10 ended on 2024-06-30"),
            ("traefik:v2.9", "traefik 2.9 ended"),
            ("ros:melodic-ros-base", "ros melodic ended on 2023-04-01"),
            ("node:lts-gallium-alpine", "node 16 ended on 2023-09-11"),
            ("node:dubnium", "node 10 ended on 2021-04-30"),
            ("mirror.gcr.io/library/python:3.8", "mirror.gcr.io/library/python 3.8 ended"),
            ("eclipse-temurin:17.0.9_9-jdk-focal", "eclipse-temurin:17.0.9_9-jdk-focal stands on Ubuntu 20.04 (focal)"),
            (
                "python:3.12-slim-bullseye",
                "python:3.12-slim-bullseye stands on Debian 11 (bullseye), which ended on 20",
            ),
            ("buildpack-deps:stretch", "buildpack-deps:stretch stands on Debian 9 (stretch)"),
            ("php:8.2-apache", "php 8.2 ends on 2026-12-31; 8.3 is supported until 2027-12-31"),
            ("rust:1.60", "rust 1.60 ended on 2022-05-20"),
        ],
    )
    def test_what_has_ended(self, image, says):
        (line,) = said(f"FROM {image}\n")
        assert line.startswith(f"end-of-life: {says}")

    @pytest.mark.parametrize(
        "image",
        [
            "python:3.12-slim",
            "python:3",  # floats over lines that live
            "python:4.0",  # no line of that name is known
            "python:latest",
            "python",
            "debian:bookworm",  # its long-term support counts
            "debian:stable",
            "node:lts-alpine",
            "node:lts-krypton",
            "alpine:3",
            "ghcr.io/acme/python:3.8",
            "ghcr.io/acme/api:1.0-buster",
            "redis:server-5.0",  # what a prefix counts is not known
            "python@" + digest("a"),
        ],
    )
    def test_where_nothing_is_sure_nothing_is_said(self, image):
        assert said(f"FROM {image}\n") == []

    @pytest.mark.parametrize(
        ("image", "severity"),
        [
            ("python:3.8", Severity.WARNING),
            ("php:8.2", Severity.INFORMATION),  # ends within 90 days
            ("rust:1.60", Severity.INFORMATION),  # was never meant to last
            ("python:3.12-bullseye", Severity.INFORMATION),  # the distribution alone has ended
        ],
    )
    def test_how_grave_it_is(self, image, severity):
        def graded(policy=None):
            return [f.severity for f in found(f"FROM {image}\n", policy=policy) if f.rule == "end-of-life"]

        assert graded() == [severity]
        assert graded({"rules": {"end-of-life": "error"}}) == [Severity.ERROR]

    def test_it_stands_at_the_tag(self):
        assert ("end-of-life", "3.8-slim") in marked("FROM python:3.8-slim AS x\n")

    def test_the_fixes_are_supported_lines_in_the_same_variant(self):
        tags = ["3.8-slim", "3.9-slim", "3.10-slim", "3.11-slim", "3.12-slim", "3.14-slim", "3.14", "3.15-rc-slim"]
        view = facts(tags={"python": tags})
        assert [(after, safe) for _, safe, after in fixes("FROM python:3.8-slim\n", "end-of-life", view)] == [
            ("FROM python:3.14-slim\n", False),
            ("FROM python:3.11-slim\n", False),
        ]

    def test_a_major_is_left_to_the_author(self):
        view = facts(tags={"node": ["16-alpine", "18-alpine", "20-alpine", "22-alpine", "24-alpine", "25-alpine"]})
        found_fixes = fixes("FROM node:16-alpine\n", "end-of-life", view)
        assert [(after, safe) for _, safe, after in found_fixes] == [
            ("FROM node:24-alpine\n", False),
            ("FROM node:22-alpine\n", False),
        ]

    def test_a_line_with_a_name_goes_on_to_the_next_name(self):
        view = facts(tags={"node": ["lts-hydrogen-slim", "lts-iron-slim", "lts-jod-slim", "lts-krypton-slim"]})
        assert [(after, safe) for _, safe, after in fixes("FROM node:lts-hydrogen-slim\n", "end-of-life", view)] == [
            ("FROM node:lts-jod-slim\n", False)
        ]
        view = facts(tags={"node": ["lts-hydrogen-slim", "lts-jod"]})
        assert fixes("FROM node:lts-hydrogen-slim\n", "end-of-life", view) == []

    def test_an_ended_offer_is_no_successor(self):
        view = facts(tags={"node": ["14", "16", "18"]})
        assert fixes("FROM node:14\n", "end-of-life", view) == []

    def test_fixes_keep_to_the_policy(self):
        view = facts(tags={"node": ["16", "22"]})
        assert fixes("FROM node:16\n", "end-of-life", view, {"update": "minor"}) == []
        text = "# moorage: range=^16\nFROM node:16\n"
        assert fixes(text, "end-of-life", view) == []

    def test_the_distribution_is_stepped_up(self):
        view = facts(tags={"python": ["3.12-slim-bullseye", "3.12-slim-bookworm", "3.12-slim-trixie"]})
        [(title, safe, after)] = fixes("FROM python:3.12-slim-bullseye\n", "end-of-life", view)
        assert (safe, after) == (False, "FROM python:3.12-slim-trixie\n")
        assert "Debian 13 (trixie)" in title


class TestOutdatedAfterTheEnd:
    TAGS = {"node": ["16.20.1", "16.20.2", "24.1.0"]}  # noqa: RUF012

    def test_majors_are_said_when_the_line_has_ended(self):
        (line,) = [x for x in look("FROM node:16.20.2\n", facts(tags=self.TAGS)) if x.startswith("outdated")]
        assert "24.1.0" in line

    def test_but_are_not_safe(self):
        view = facts(tags=self.TAGS)
        assert [(a, safe) for _, safe, a in fixes("FROM node:16.20.2\n", "outdated", view)] == [
            ("FROM node:24.1.0\n", False)
        ]


class TestDeprecatedImage:
    @pytest.mark.parametrize(
        ("image", "says"),
        [
            (
                "centos:7",
                "centos has come to its end and gets no updates (since 2024-06-30); instead: almalinux, rockyl",
            ),
            ("openjdk:17-jdk", "openjdk is deprecated and gets no updates (since 2022-07); instead: eclipse-temurin, "),
            ("ghcr.io/proxy/library/openjdk:17", "ghcr.io/proxy/library/openjdk is deprecated"),
            ("circleci/node:16", "circleci/node is deprecated"),
            ("gcr.io/kaniko-project/executor:v1.9.0", "gcr.io/kaniko-project/executor is no longer developed"),
            ("grafana/agent:v0.40", "grafana/agent has come to its end"),
            ("weaveworks/weave-kube:2.8.1", "weaveworks/weave-kube gets no updates: Weaveworks has closed"),
        ],
    )
    def test_what_gets_no_updates(self, image, says):
        line = next(x for x in said(f"FROM {image}\n") if x.startswith("deprecated-image"))
        assert line.startswith(f"deprecated-image: {says}")

    def test_early_access_builds_of_openjdk_go_on(self):
        assert said("FROM openjdk:27-ea-17-jdk\n") == []

    def test_the_fix_is_a_successor_that_has_the_tag(self):
        text = "FROM openjdk:17-jdk AS build\n"
        view = facts(tags={"eclipse-temurin": ["17-jdk"], "amazoncorretto": ["17"]})
        assert fixes(text, "deprecated-image", view) == [
            ("Use eclipse-temurin:17-jdk", False, "FROM eclipse-temurin:17-jdk AS build\n")
        ]
        assert fixes(text, "deprecated-image") == []


class TestMovedRepository:
    def test_a_whole_registry_with_the_same_images(self):
        view = facts(tags={"registry.k8s.io/sig-storage/csi-attacher": ["v4.2.0"]})
        text = "FROM k8s.gcr.io/sig-storage/csi-attacher:v4.2.0\n"
        assert said(text, view) == [
            "moved-repository: k8s.gcr.io/sig-storage/csi-attacher is frozen (since 2023-04-03); "
            "it is at registry.k8s.io/sig-storage/csi-attacher now"
        ]
        [(_, safe, after)] = fixes(text, "moved-repository", view)
        assert (safe, after) == (True, "FROM registry.k8s.io/sig-storage/csi-attacher:v4.2.0\n")

    def test_no_edit_where_the_new_place_lacks_the_tag_or_is_not_known(self):
        text = "FROM k8s.gcr.io/pause:3.9\n"
        assert fixes(text, "moved-repository", facts(tags={"registry.k8s.io/pause": ["3.10"]})) == []
        assert fixes(text, "moved-repository") == []

    def test_a_namespace(self):
        view = facts(tags={"bitnamilegacy/redis": ["7.2.4"]})
        [(_, safe, after)] = fixes("FROM bitnami/redis:7.2.4\n", "moved-repository", view)
        assert (safe, after) == (True, "FROM bitnamilegacy/redis:7.2.4\n")

    @pytest.mark.parametrize("image", ["bitnami/redis", "bitnami/redis:latest", "bitnami/minideb:bookworm"])
    def test_what_stayed_is_left_alone(self, image):
        assert [x for x in said(f"FROM {image}\n") if x.startswith("moved")] == []

    def test_a_tag_that_is_still_there_is_left_alone(self):
        assert said("FROM bitnami/redis:7.2.4\n", facts(tags={"bitnami/redis": ["7.2.4"]})) == []

    def test_several_places_each_where_it_has_the_tag(self):
        view = facts(tags={"gcr.io/etcd-development/etcd": ["v3.6.4"], "registry.k8s.io/etcd": ["3.6.4-0"]})
        [(_, safe, after)] = fixes("FROM quay.io/coreos/etcd:v3.6.4\n", "moved-repository", view)
        assert (safe, after) == (False, "FROM gcr.io/etcd-development/etcd:v3.6.4\n")

    @pytest.mark.parametrize(
        ("image", "level"), [("quay.io/coreos/etcd:v3.6.4", "information"), ("k8s.gcr.io/pause:3.9", "warning")]
    )
    def test_a_place_that_still_gets_new_images_is_information(self, image, level):
        [severity] = [x.severity for x in found(f"FROM {image}\n") if x.rule == "moved-repository"]
        assert severity.word == level

    @pytest.mark.parametrize(
        ("image", "now"),
        [
            ("rockylinux:9", "rockylinux/rockylinux"),
            ("docker.pkg.github.com/owner/repository/image:1", "ghcr.io/owner/repository/image"),
            ("mcr.microsoft.com/dotnet/core/sdk:3.1", "mcr.microsoft.com/dotnet/sdk"),
            ("gcr.io/linkerd-io/proxy:stable-2.8.1", "cr.l5d.io/linkerd/proxy or ghcr.io/linkerd/proxy"),
            ("jupyter/scipy-notebook", "quay.io/jupyter/scipy-notebook"),
            ("metallb/speaker:v0.9.3", "quay.io/metallb/speaker"),
            ("jenkins/jnlp-slave", "jenkins/inbound-agent"),
        ],
    )
    def test_places_of_many_kinds(self, image, now):
        [line] = [x for x in said(f"FROM {image}\n") if x.startswith("moved")]
        assert line.endswith(f"; it is at {now} now")

    @pytest.mark.parametrize("image", ["argoproj/argosay:v2", "mcr.microsoft.com/vscode/devcontainers/python-3"])
    def test_names_that_the_new_place_does_not_have_are_left_alone(self, image):
        assert [x for x in said(f"FROM {image}\n") if x.startswith("moved")] == []

    def test_a_digest_goes_along(self):
        text = f"FROM k8s.gcr.io/pause:3.9@{digest('a')}\n"
        tags = {"registry.k8s.io/pause": ["3.9"]}
        assert fixes(text, "moved-repository", facts(tags=tags)) == []
        same = facts(tags=tags, digests={"registry.k8s.io/pause:3.9": digest("a")})
        [(_, safe, after)] = fixes(text, "moved-repository", same)
        assert (safe, after) == (True, f"FROM registry.k8s.io/pause:3.9@{digest('a')}\n")
        other = facts(tags=tags, digests={"registry.k8s.io/pause:3.9": digest("b")})
        [(_, safe, after)] = fixes(text, "moved-repository", other)
        assert (safe, after) == (False, f"FROM registry.k8s.io/pause:3.9@{digest('b')}\n")

    def test_a_name_written_in_full_stays_so(self):
        view = facts(tags={"hashicorp/vault": ["1.13"]})
        [(_, _, after)] = fixes("FROM docker.io/library/vault:1.13\n", "moved-repository", view)
        assert after == "FROM docker.io/hashicorp/vault:1.13\n"

    def test_a_registry_in_an_argument_is_edited_there(self):
        text = "ARG REGISTRY=k8s.gcr.io\nFROM ${REGISTRY}/pause:3.9\n"
        view = facts(tags={"registry.k8s.io/pause": ["3.9"]})
        [(_, _, after)] = fixes(text, "moved-repository", view)
        assert after == "ARG REGISTRY=registry.k8s.io\nFROM ${REGISTRY}/pause:3.9\n"
