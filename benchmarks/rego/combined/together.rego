# --combine: one input of all files
package main

import rego.v1

deny_twice contains msg if {
	some i, j
	a := input[i]
	b := input[j]
	i < j
	a.contents.kind == "Deployment"
	b.contents.kind == "Deployment"
	a.contents.metadata.name == b.contents.metadata.name
	msg := sprintf("%s and %s have a Deployment %s", [a.path, b.path, a.contents.metadata.name])
}

warn_no_budget contains msg if {
	count(names("Deployment")) > 0
	count(names("PodDisruptionBudget")) == 0
	msg := "no PodDisruptionBudget for any Deployment"
}

names(kind) := {each.contents.metadata.name | some each in input; each.contents.kind == kind}
