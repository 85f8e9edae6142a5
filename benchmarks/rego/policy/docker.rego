# Dockerfiles as lists of commands
package docker

import rego.v1

deny_unpinned contains msg if {
	some command in input
	command.Cmd == "from"
	not contains(command.Value[0], "@sha256:")
	msg := sprintf("%s has no digest", [command.Value[0]])
}

warn_user contains msg if {
	input[0].Cmd
	users := [command | some command in input; command.Cmd == "user"]
	count(users) == 0
	msg := "no USER: it runs as root"
}

violation_add contains msg if {
	some i
	input[i].Cmd == "add"
	not startswith(concat(" ", input[i].Value), "http")
	msg := sprintf("command %d is ADD where COPY does", [i])
}
