# data files, a walk through the whole document
package team.registries

import data.teams.allowed
import rego.v1

# METADATA
# title: Images come from registries that are listed
# description: An image from elsewhere was never scanned.
# custom:
#   severity: CRITICAL
deny_registry contains msg if {
	walk(input, [path, image])
	path[count(path) - 1] == "image"
	is_string(image)
	not listed(image)
	msg := sprintf("%s is from a registry that is not listed", [image])
}

listed(image) if {
	some prefix in allowed.registries
	startswith(image, prefix)
}
