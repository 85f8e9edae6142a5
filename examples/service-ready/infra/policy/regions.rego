# What no scanner can know: the data of our customers stays in the European Union.
package main

import rego.v1

regions := {"eu-central-1", "eu-west-1"}

deny contains message if {
	some name, provider in input.configuration.provider_config
	region := provider.expressions.region.constant_value
	not region in regions
	message := sprintf("provider %s: %s is outside of the European Union", [name, region])
}
