# HCL
package terraform

import rego.v1

deny_module_version contains msg if {
	some name, calls in input.module
	some call in calls
	not startswith(call.source, ".")
	not call.version
	msg := sprintf("module.%s has no version", [name])
}

warn_open contains msg if {
	some name, groups in input.resource.aws_security_group
	some group in groups
	some rule in group.ingress
	"0.0.0.0/0" in rule.cidr_blocks
	msg := sprintf("aws_security_group.%s is open", [name])
}

deny_untyped contains msg if {
	some name, variables in input.variable
	every variable in variables {
		not variable.type
	}
	msg := sprintf("var.%s has no type", [name])
}
