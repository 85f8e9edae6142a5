"""The rules, a module for each platform."""
