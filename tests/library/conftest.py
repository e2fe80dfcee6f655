"""The script that makes the references needs PyTorch, which the project does not: nothing to collect in it."""

collect_ignore = ["make_references.py", "make_mnist1d.py"]
