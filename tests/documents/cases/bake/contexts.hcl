target "app" {
  contexts = {
    plain  = "docker-image://alpine:3.20"
    #                        ^^^^^^^^^^^ context
    "a.b"  = "docker-image://ghcr.io/acme/base@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    #                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context
    other  = "target:base"
    folder = "../src"
    git    = "https://example.com/x.git"
    empty  = "docker-image://scratch"
    wrong  = "docker-image://Python:3.12"
    #                        ^^^^^^^^^^^ context ! invalid-reference
    # off  = "docker-image://no/comment:1"
  }
  tags       = ["acme/app:1", "alpine:3.19"]
  cache-from = ["type=registry,ref=acme/cache:1", "alpine:3.18"]
  output     = ["type=image,name=acme/out:1"]
  args = {
    NOT_READ_HERE = "alpine:3.17"
  }
}
target base {
  contexts = { one = "docker-image://node:22", two : "docker-image://redis:7" }
  #                                  ^^^^^^^ context
  #                                                                  ^^^^^^^ context
}
