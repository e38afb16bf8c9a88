variable "GO" { default = "1.25.2" }
target "tools" {
  contexts = { cache = "docker-image://busybox" }
}
