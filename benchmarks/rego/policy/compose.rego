# the old syntax, as most policies for conftest have it
package compose

privileged[name] {
  input.services[name].privileged == true
}

deny_privileged[msg] {
  privileged[name]
  msg := sprintf("%s is privileged", [name])
}

violation_restart[{"msg": msg}] {
  service := input.services[name]
  service.image
  not service.restart
  msg := sprintf("%s has no restart policy", [name])
}

warn[msg] {
  service := input.services[name]
  port := service.ports[_]
  is_string(port)
  not startswith(port, "127.0.0.1:")
  msg := sprintf("%s publishes %s on every address", [name, port])
}
