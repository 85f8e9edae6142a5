"""What other tools found: SARIF and JUnit files that ``readiness.yaml`` names, as checks beside our own."""
