package main

# METADATA
# title: Images come from our registry
# description: An image from elsewhere was never scanned.
# custom:
#   severity: HIGH
#   remedy: push the image to the registry and name it from there
deny_registry[msg] {
  image := images[_]
  not from_ours(image)
  msg := sprintf("%s is not from one of our registries", [image])
}

warn[msg] {
  image := images[_]
  endswith(image, ":latest")
  msg := sprintf("%s is whatever was pushed last", [image])
}

exception[rules] {
  input.metadata.labels.vendor == "yes"
  rules := ["registry"]
}

# of a Deployment
images[image] {
  image := input.spec.template.spec.containers[_].image
}

# of a Dockerfile
images[image] {
  input[i].Cmd == "from"
  image := input[i].Value[0]
}

from_ours(image) {
  startswith(image, data.registries[_])
}
