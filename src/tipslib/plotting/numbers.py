"""Numbers as text: in Unicode, which is quicker to draw than mathtext and can be selected."""

import numpy as np

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(value: float, _: int = 0) -> str:
    """Write a power of ten; the second argument is there for matplotlib, which passes a position.

    >>> power_of_ten(1e-5), power_of_ten(1), power_of_ten(10), power_of_ten(100)
    ('10⁻⁵', '1', '10', '10²')
    """
    exponent = round(np.log10(value))
    return f"{10**exponent}" if exponent in (0, 1) else "10" + str(exponent).translate(SUPERSCRIPTS)


def short(value: float) -> str:
    """Write a number with two significant digits, as a sentence would.

    >>> short(0.314), short(123.0), short(1.94e-6), short(12345.0), short(0.0)
    ('0.31', '120', '1.9 × 10⁻⁶', '1.2 × 10⁴', '0')
    """
    digits, exponent = f"{value:.1e}".split("e")
    if -3 <= int(exponent) <= 2:
        return f"{float(f'{value:.1e}'):g}"
    return f"{digits} × 10" + str(int(exponent)).translate(SUPERSCRIPTS)
