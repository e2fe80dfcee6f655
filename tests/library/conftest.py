"""The scripts that make the references need packages that the project does not: nothing to collect in them."""

collect_ignore = ["make_references.py", "make_sklearn_references.py", "make_mnist1d.py"]
