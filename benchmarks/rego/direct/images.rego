# examples/rego-policies/policy/images.rego in the new syntax, written by hand
package main

import rego.v1

deny_registry contains msg if {
	some image in images
	not from_ours(image)
	msg := sprintf("%s is not from one of our registries", [image])
}

warn contains msg if {
	some image in images
	endswith(image, ":latest")
	msg := sprintf("%s is whatever was pushed last", [image])
}

exception contains rules if {
	input.metadata.labels.vendor == "yes"
	rules := ["registry"]
}

images contains image if {
	some container in input.spec.template.spec.containers
	image := container.image
}

images contains image if {
	some command in input
	command.Cmd == "from"
	image := command.Value[0]
}

from_ours(image) if {
	some prefix in data.registries
	startswith(image, prefix)
}
