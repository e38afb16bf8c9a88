variable "TAG" { default = "main" }
target "base" {
  context = "images/base"
  tags    = ["ghcr.io/acme/base:${TAG}", "ghcr.io/acme/base:latest"]
}
target "api" {
  context = "services/api"
  tags    = ["ghcr.io/acme/api:${TAG}"]
}
target "web" {
  context    = "."
  dockerfile = "services/web/Dockerfile"
  target     = "runtime"
  tags       = ["ghcr.io/acme/web:${TAG}"]
}
