function "increment" {
  params = [number]
  result = number + 1
}
function "first" {
  params          = [sep]
  variadic_params = rest
  result          = join(sep, slice(rest, 0, 2))
}
target "app" {
  contexts = {
    a = "docker-image://node:${increment(21)}"
    #                   ^^^^^^^^^^^^^^^^^^^^^ context = node:22
    b = "docker-image://python:${first(".", "3", "12", "9")}"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = python:3.12
    c = format("docker-image://%s:%d", "redis", add(3, 4))
    #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = redis:7
    d = "docker-image://acme/app:${timestamp()}"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^ context ! variable
    e = try(target.base.contexts.image, "docker-image://none")
    #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = alpine:3
    f = "docker-image://node:${regex("[0-9]+", "v22.1")}"
    #                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = node:22
    g = false ? "docker-image://a:1" : true ? "docker-image://b:2" : null
    #   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ context = b:2
  }
}
target "loops" {
  contexts = {for name in ["x", "y"] : name => "docker-image://acme/${name}:1"}
  #                                                            ^^^^^^^^^^^^^^ context = acme/x:1
  #                                                            ^^^^^^^^^^^^^^ context = acme/y:1
}
target "base" {
  contexts = { image = "docker-image://alpine:3" }
  #                                    ^^^^^^^^ context
}
