# policy/compose.rego in the new syntax, written by hand
package compose

import rego.v1

privileged contains name if {
	some name
	input.services[name].privileged == true
}

deny_privileged contains msg if {
	some name in privileged
	msg := sprintf("%s is privileged", [name])
}

violation_restart contains {"msg": msg} if {
	some name, service in input.services
	service.image
	not service.restart
	msg := sprintf("%s has no restart policy", [name])
}

warn contains msg if {
	some name, service in input.services
	some port in service.ports
	is_string(port)
	not startswith(port, "127.0.0.1:")
	msg := sprintf("%s publishes %s on every address", [name, port])
}
