"""The exercises of the chapter on batch normalization: what is right, and what readers take for right.

Right values come from other roads than the answers' own: variances from distances, gradients from differences, running
averages as weighted sums.
"""
