"""The exercises of the chapter on dropout, and the mistakes that readers make.

No expected value comes from the formula that is asked for: they come from all masks one after another, from differences
for gradients, and from least squares on the data of every mask.
"""
