target "api" {
  context = "api"
  tags    = ["ghcr.io/acme/api:dev"]
}
