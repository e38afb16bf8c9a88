variable "V" { default = "3.20" }
target "heredoc" {
  dockerfile-inline = <<-EOT
    FROM alpine:3.19 AS a
    #    ^^^^^^^^^^^ base
    FROM alpine:${V}
    #    ^^^^^^^^^^^ base = alpine:3.20
    COPY --from=a / /
    COPY --from=busybox:1 / /
    #           ^^^^^^^^^ copy-source
  EOT
}
target "quoted" {
  dockerfile-inline = "FROM debian:12\nRUN true\nFROM redis:7"
  #                         ^^^^^^^^^ base
  #                                                   ^^^^^^^ base
}
