variable "SLIM" { default = "yes" }
variable "NULL" { default = null }
target "app" {
  contexts = {
    a = "docker-image://node:22%{ if SLIM == "yes" }-slim%{ else }-alpine%{ endif }"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = node:22-slim
    b = "docker-image://acme/app:%{ for part in ["1", ".2"] }${part}%{ endfor }"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = acme/app:1.2
    c = "docker-image://acme/app:%{ if ELSEWHERE }1%{ endif }"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context ! variable
    d = "docker-image://redis:${NULL}"
    #                   ^^^^^^^^^^^^^ context ! variable
    e = "docker-image://${NULL}"
    #                   ^^^^^^^ context ! variable
    f = ELSEWHERE ? "docker-image://a:1" : "docker-image://a:2"
    #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context ! variable
    (ELSEWHERE) = "docker-image://debian:12"
    #                             ^^^^^^^^^ context
  }
}
target "inline" {
  dockerfile-inline = <<-EOT
    FROM alpine:${ELSEWHERE}
    #    ^^^^^^^^^^^^^^^^^^^ base ! variable
    FROM ${ELSEWHERE}
    #    ^^^^^^^^^^^^ base ! variable
    FROM debian:12
    #    ^^^^^^^^^ base
    %{ for version in ["3.19", "3.20"] ~}
    FROM alpine:${version}
    #    ^^^^^^^^^^^^^^^^^ base = alpine:3.19
    #    ^^^^^^^^^^^^^^^^^ base = alpine:3.20
    %{ endfor ~}
    %{ if ELSEWHERE }
    FROM not/known:1
    %{ endif }
    FROM redis:7
    #    ^^^^^^^ base
  EOT
}
