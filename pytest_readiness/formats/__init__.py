"""What the kinds of files mean: one module per kind, turning documents into resources.

The domain's knowledge lives here (what a container inherits from its pod, what a stage inherits from its
base), so that a rule stays one sentence.
"""
