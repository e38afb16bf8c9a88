target "one" {
  contexts = {
    a = "docker-image://alpine:3.20
    #                   ^^^^^^^^^^^ context
    b = "docker-image://debian:12"
    #                   ^^^^^^^^^ context
    c =
    e = "docker-image://"
    d = "docker-image://node:22"
    #                   ^^^^^^^ context
  }
  args
}
target "two" {
  contexts = {
    a = "docker-image://redis:7"
    #                   ^^^^^^^ context
target "three" {
  contexts = { a = "docker-image://python:3" }
  #                                ^^^^^^^^ context
}
variable "X" {
  default = "
}
