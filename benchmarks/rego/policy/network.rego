# a package of its own, below another name
package team.network

import rego.v1

deny_host contains msg if {
	some key in ["hostNetwork", "hostPID", "hostIPC"]
	input.spec.template.spec[key] == true
	msg := sprintf("%s of %s is on", [key, input.metadata.name])
}

deny_load_balancer contains msg if {
	input.kind == "Service"
	input.spec.type == "LoadBalancer"
	not input.spec.loadBalancerSourceRanges
	msg := sprintf("the Service %s is open to everybody", [input.metadata.name])
}
