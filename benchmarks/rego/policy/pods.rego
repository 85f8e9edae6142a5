# deny, violation and warn, bare and named, with objects and texts; exceptions for the named and the bare ones
package main

import rego.v1

pods contains input.spec if input.kind == "Pod"

pods contains input.spec.template.spec if input.spec.template.spec

pods contains input.spec.jobTemplate.spec.template.spec if input.kind == "CronJob"

containers contains c if {
	some pod in pods
	some key in ["containers", "initContainers"]
	some c in object.get(pod, key, [])
}

deny contains msg if {
	some c in containers
	endswith(c.image, ":latest")
	msg := sprintf("%s runs %s, which is whatever was pushed last", [c.name, c.image])
}

deny_nonroot contains msg if {
	some pod in pods
	not pod.securityContext.runAsNonRoot
	msg := sprintf("%s %s may run as root", [input.kind, input.metadata.name])
}

violation contains {"msg": msg, "details": {"container": c.name}} if {
	some c in containers
	not c.resources.limits.memory
	msg := sprintf("%s has no memory limit", [c.name])
}

violation_privileged contains msg if {
	some c in containers
	c.securityContext.privileged == true
	msg := sprintf("%s is privileged", [c.name])
}

warn contains msg if {
	input.kind == "Deployment"
	replicas := object.get(input.spec, "replicas", 1)
	replicas < 2
	msg := sprintf("%s has %d replicas", [input.metadata.name, replicas])
}

warn_probe contains msg if {
	input.kind in {"Deployment", "StatefulSet", "DaemonSet"}
	some c in input.spec.template.spec.containers
	not c.livenessProbe
	msg := sprintf("%s has no liveness probe", [c.name])
}

exception contains ["nonroot", "privileged"] if input.metadata.namespace == "monitoring"

exception contains [""] if input.metadata.name == "loadgenerator"
