"""The mark and the cover are drawn from the run on the first page: drawn again, they are what lies in the book."""

import io
import re

import make_cover
import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def run():
    return make_cover.first_run()


def numbers(path: str) -> np.ndarray:
    return np.array(re.findall(r"-?\d+\.?\d*", path), float)


def test_the_mark_is_the_border_that_the_network_draws(run):
    """Machines round a training differently: the border may lie half a pixel beside the one that was stored."""
    stored = (make_cover.STATIC / "logo.svg").read_text(encoding="utf-8")
    [shape] = re.findall(r' d="([^"]+)"', stored)
    drawn = make_cover.wave(make_cover.knots(make_cover.border(run)))
    assert re.sub(r"[-\d. ]+", " ", shape) == re.sub(r"[-\d. ]+", " ", drawn)
    assert np.abs(numbers(shape) - numbers(drawn)).max() < 0.5
    assert len(stored) < 1000


def test_the_simplified_border_is_still_that_of_the_network(run):
    """No knot lies beside the border, and the border leaves the curve by less than a pixel of a mark of 32."""
    line = make_cover.border(run)
    points = make_cover.knots(line)
    t = np.linspace(0, 1, 20)[:, None]
    curve = [points[:1]]
    for start, numbers_ in zip(points, make_cover.smooth(points), strict=False):
        a, b, end = np.reshape(numbers_, (3, 2))
        curve.append((1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * a + 3 * t**2 * (1 - t) * b + t**3 * end)
    seen = line[((line >= 0) & (line <= make_cover.SIZE)).all(axis=1)]
    distances = np.hypot(*(seen[:, None] - np.concatenate(curve)).transpose(2, 0, 1)).min(axis=1)
    assert distances.max() < 1


def test_the_patient_is_ill_and_the_mark_is_of_the_cured(run):
    ill, cured = (run["shares"][net] for net in make_cover.STRIP[-2:])
    assert ill < 0.7
    assert cured > 0.99


def test_the_pictures_are_those_of_the_run(run):
    small = (60, 32)
    with Image.open(make_cover.STATIC / "cover.png") as stored:
        assert stored.size == (1200, 630)
        kept = np.asarray(stored.convert("RGB").resize(small), float)
    with Image.open(io.BytesIO(make_cover.png(make_cover.cover(run)))) as drawn:
        again = np.asarray(drawn.convert("RGB").resize(small), float)
    assert np.abs(kept - again).mean() < 2
    with Image.open(make_cover.STATIC / "logo.png") as logo:
        assert logo.size == (400, 400)
        assert [logo.getpixel(place)[3] for place in ((0, 0), (200, 200))] == [0, 255]
