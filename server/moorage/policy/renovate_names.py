"""What Renovate calls its managers, presets, settings and conditions, and what each is here.

https://docs.renovatebot.com/configuration-options/, https://docs.renovatebot.com/presets-default/
"""

import re
from collections.abc import Mapping

from moorage.policy.words import ALL_STEPS

FORMATS: Mapping[str, tuple[str, ...]] = {
    "docker": (),
    "dockerfile": ("dockerfile",),
    "docker-compose": ("compose",),
    "kubernetes": ("kubernetes",),
    "tekton": ("kubernetes",),
    "kustomize": ("kustomize",),
    "helm-values": ("helm-values",),
    "github-actions": ("github-actions",),
    "gitlabci": ("gitlab-ci",),
    "circleci": ("circleci",),
    "bitbucket-pipelines": ("bitbucket",),
    "azure-pipelines": ("azure",),
    "droneci": ("drone",),
    "woodpecker": ("woodpecker",),
    "devcontainer": ("devcontainer",),
    "quadlet": ("quadlet",),
    "buildpacks": ("buildpacks",),
    "argocd": ("argocd",),
    "flux": ("flux",),
}
"""Our formats by the manager that reads them there; none means all of them."""
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "docker": (),
    "kubernetes": ("kubernetes", "kustomize", "helm-values", "argocd", "flux"),
    "ci": ("github-actions", "gitlab-ci", "circleci", "bitbucket", "azure", "drone", "woodpecker"),
}
PRESETS: Mapping[str, Mapping[str, object]] = {
    "docker:disable": {"block": ALL_STEPS},
    "docker:disableMajor": {"block": frozenset({"major"})},
    "docker:enableMajor": {"unblock": frozenset({"major"})},
    "docker:pinDigests": {"pin": "wanted"},
    "config:best-practices": {"pin": "wanted"},
    ":disableDigestUpdates": {"block": frozenset({"digest"})},
    ":disableMajorUpdates": {"block": frozenset({"major"})},
    ":pinDigestsDisabled": {"pin": "off"},
    ":disableRenovate": {"block": ALL_STEPS},
    ":enableRenovate": {"unblock": ALL_STEPS},
}
OLD_NAMES = {
    "packageNames": "matchPackageNames",
    "packagePatterns": "matchPackagePatterns",
    "excludePackageNames": "excludePackageNames",
    "matchDepNames": "matchPackageNames",
    "matchDepPatterns": "matchPackagePatterns",
    "matchDepPrefixes": "matchPackagePrefixes",
    "excludeDepNames": "excludePackageNames",
    "excludeDepPatterns": "excludePackagePatterns",
    "matchFiles": "matchFileNames",
    "matchPaths": "matchFileNames",
    "paths": "matchFileNames",
    "managers": "matchManagers",
    "datasources": "matchDatasources",
    "updateTypes": "matchUpdateTypes",
    "languages": "matchCategories",
    "matchLanguages": "matchCategories",
    "stabilityDays": "minimumReleaseAge",
}
"""Names that older versions had, or that mean the same for images."""
KINDS = {"major": "major", "minor": "minor", "patch": "patch", "digest": "digest"}
PINS = ("pin", "pinDigest")
SETTINGS = frozenset(
    ("enabled", "pinDigests", "minimumReleaseAge", "allowedVersions", "versioning", "ignoreUnstable", *KINDS, *PINS)
)
MATCHERS = frozenset(
    (
        "matchDatasources", "matchManagers", "matchCategories", "matchPackageNames", "matchPackagePatterns",
        "matchPackagePrefixes", "excludePackageNames", "excludePackagePatterns", "excludePackagePrefixes",
        "matchFileNames", "matchUpdateTypes",
    )
)  # fmt: skip
# What says how updates arrive, and not which.
ARRIVAL = re.compile(
    r"\$schema|description|schedule|timezone|labels|addLabels|assignees.*|reviewers.*|additionalReviewers|automerge.*"
    r"|platform.*|pr[A-Z].*|commit.*|branch.*|baseBranch.*|semantic.*|group.*|separate.*|rebase.*|rollback.*"
    r"|dependencyDashboard.*|configMigration|stopUpdatingLabel|suppressNotifications|rangeStrategy|postUpdate.*|lockFile.*"
    r"|require.*"
    r"|gitAuthor|gitIgnoredAuthors|gitNoVerify|fetchReleaseNotes|fetchChangeLogs|onboarding.*|internalChecks.*"
    r"|vulnerabilityAlerts|osvVulnerabilityAlerts|draftPR|milestone|customManagers|regexManagers|hostRules"
    r"|updateNotScheduled|keepUpdatedLabel|confidential|userStrings|forkProcessing|cloneSubmodules.*|dryRun|logLevel.*"
    r"|recreate.*|print.*|optimizeForDisabled|repositories|username|encrypted|npmrc|go.*|bumpVersion.*|ignoreScripts"
    r"|enabledManagers|transitiveRemediation|updateInternalDeps|updateLockFiles|digestOneAndOnly|minimumGroupSize"
)
HARMLESS_PRESETS = re.compile(
    r"config:(?!best-practices).*|group:.*|schedule:.*|monorepo:.*|replacements:.*|workarounds:.*|npm:.*|helpers:.*"
    r"|customManagers:.*|regexManagers:.*|security:.*|abandonments:.*|mergeConfidence:.*|preview:.*|default:.*|bazel:.*"
    r"|:.*"
)
