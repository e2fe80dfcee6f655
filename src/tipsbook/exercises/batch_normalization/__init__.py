"""The exercises of the chapter on batch normalization, and the mistakes that readers make.

No expected value comes from the formula that is asked for: variances come from distances, gradients from differences,
running averages are weighted sums.
"""
