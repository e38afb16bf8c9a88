variable "NODE" {
  default = "22.1"
}
variable "WHOLE" { default = "docker.io/library/redis:7" }
variable "WITH_SCHEME" { default = "docker-image://debian:12" }
variable "DERIVED" { default = "${NODE}-slim" }
variable "NOTHING" {}
variable "NULL" { default = null }
local = "bookworm"
numbers = { major = 3, minor = 12 }

target "app" {
  contexts = {
    a = "docker-image://node:${NODE}-alpine"
    #                   ^^^^^^^^^^^^^^^^^^^ context = node:22.1-alpine
    b = "docker-image://${WHOLE}"
    #                   ^^^^^^^^ context = docker.io/library/redis:7
    c = WITH_SCHEME
    #   ^^^^^^^^^^^ context = debian:12
    d = "docker-image://node:${DERIVED}"
    #                   ^^^^^^^^^^^^^^^ context = node:22.1-slim
    e = "docker-image://node:22-${local}"
    #                   ^^^^^^^^^^^^^^^^ context = node:22-bookworm
    f = "docker-image://python:${numbers.major}.${numbers["minor"]}"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = python:3.12
    g = "docker-image://python:${NULL != null ? NULL : "3.13"}"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = python:3.13
    i = "docker-image://acme/app:${ELSEWHERE}"
    #                   ^^^^^^^^^^^^^^^^^^^^^ context ! variable
    j = ELSEWHERE
  }
}
