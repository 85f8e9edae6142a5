package team

import rego.v1

# METADATA
# title: Somebody answers for each object
# description: A page at night needs a name.
# custom: {priority: P2}
deny_owner contains msg if {
	input.kind
	not input.metadata.labels.owner
	msg := sprintf("%s %s has no label owner", [input.kind, input.metadata.name])
}
