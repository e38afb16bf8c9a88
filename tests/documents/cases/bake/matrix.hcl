target "app" {
  name = "app-${tgt}-${replace(base.version, ".", "-")}"
  matrix = {
    tgt  = ["lint", "build"]
    base = [
      { image = "debian", version = "12" },
      { image = "alpine", version = "3.20" },
    ]
  }
  contexts = {
    base = "docker-image://${base.image}:${base.version}"
    #                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = alpine:3.20
    #                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = debian:12
    tool = "docker-image://acme/tool:1"
    #                      ^^^^^^^^^^^ context
  }
}
target "of-unknown" {
  name   = "x-${version}"
  matrix = { version = VERSIONS }
  contexts = {
    base = "docker-image://node:${version}"
    #                      ^^^^^^^^^^^^^^^ context ! variable
    tool = "docker-image://acme/tool:2"
    #                      ^^^^^^^^^^^ context
  }
}
