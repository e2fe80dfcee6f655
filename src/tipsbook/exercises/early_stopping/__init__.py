"""The exercises of the chapter on early stopping, and the mistakes that readers make.

No expected value comes from the code that is asked for: they come from the library's stoppers and criteria, from a
training run that writes the number of the epoch into its weights, and from examples that no answer has seen.
"""
