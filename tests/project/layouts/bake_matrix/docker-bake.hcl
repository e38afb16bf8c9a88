variable "REGISTRY" { default = "ghcr.io/acme" }
variable "GO" { default = "1.25.1" }

group "default" {
  targets = ["app", "tools"]
}

target "_common" {
  args = { GO_VERSION = GO }
}

target "base" {
  context = "base"
  tags    = ["${REGISTRY}/base:edge"]
}

target "app" {
  name     = "app-${replace(distro, ":", "-")}"
  inherits = ["_common"]
  matrix = {
    distro = ["debian:12", "alpine:3.20"]
  }
  context  = "app"
  contexts = { base = "target:base" }
  args     = { DISTRO = distro }
  tags     = ["${REGISTRY}/app:${replace(distro, ":", "")}"]
}

target "tools" {
  inherits   = ["_common"]
  context    = "."
  dockerfile = "tools/Dockerfile"
  args       = { LINTER = "golangci/golangci-lint:v2.1" }
}
