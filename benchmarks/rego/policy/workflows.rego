# GitHub workflows, whose `on` is the key "true"
package workflows

import rego.v1

deny_permissions contains msg if {
	input["true"]
	input.jobs
	not input.permissions
	missing := {name | not input.jobs[name].permissions; input.jobs[name]}
	count(missing) > 0
	msg := sprintf("%d jobs have no permissions", [count(missing)])
}

warn_runner contains msg if {
	some name, job in input.jobs
	endswith(sprintf("%v", [job["runs-on"]]), "-latest")
	msg := sprintf("%s runs on %s", [name, job["runs-on"]])
}
