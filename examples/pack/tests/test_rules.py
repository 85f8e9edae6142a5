from pytest_readiness.testing import examples_of

TestExamples = examples_of("readiness_acme.plugin")
