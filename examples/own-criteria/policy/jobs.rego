package main

import rego.v1

# METADATA
# title: A scheduled job does not pile up
# description: A run that hangs is joined by the next one, until the database has no connections left.
# custom: {priority: P2, remedy: "set concurrencyPolicy: Forbid"}
deny_concurrency contains msg if {
	input.kind == "CronJob"
	object.get(input.spec, "concurrencyPolicy", "Allow") == "Allow"
	msg := sprintf("the CronJob %s may run beside itself", [input.metadata.name])
}
