import io
import zlib

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from helpers.figures import style
from helpers.figures.png import PaletteEncoder, encode_lossless

PROPERTY = settings(deadline=None, max_examples=25, derandomize=True)


def decoded(png: bytes) -> np.ndarray:
    return np.rint(imread(io.BytesIO(png), format="png")[..., :3] * 255).astype(int)


def noise(seed, height, width, n_colours):
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (n_colours, 4), dtype=np.uint8)
    colours[:, 3] = 255
    return colours[rng.integers(0, n_colours, (height, width))]


@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(1, 40))
def test_a_still_is_the_picture_to_the_last_bit(seed, height, width):
    picture = noise(seed, height, width, 5000)
    np.testing.assert_array_equal(decoded(encode_lossless(picture)), picture[..., :3])


@PROPERTY
@given(st.integers(0, 2**32), st.integers(1, 100))
def test_a_picture_of_few_colours_passes_the_palette_unchanged(seed, n_colours):
    picture = noise(seed, 60, 60, n_colours)
    # Each colour fills a block of three by three, so that the sample of every third pixel has met it.
    picture = picture.repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(decoded(PaletteEncoder(picture)(picture)), picture[..., :3])


@PROPERTY
@given(st.integers(0, 2**32))
def test_a_colour_outside_the_palette_becomes_the_nearest_of_it(seed):
    encode = PaletteEncoder(noise(seed, 90, 90, 40), style.MEANINGS)
    picture = noise(seed + 1, 20, 20, 300)
    shown, palette = decoded(encode(picture)), encode.palette.astype(int)
    wanted = picture[..., :3].astype(int)
    error = ((shown - wanted) ** 2).sum(axis=-1)
    best = ((wanted[..., None, :] - palette) ** 2).sum(axis=-1).min(axis=-1)
    np.testing.assert_array_equal(error, best)
    np.testing.assert_array_equal(decoded(encode(picture)), shown)  # the second time it knows them all


def test_the_meanings_of_the_course_are_in_every_palette():
    blank = np.full((30, 30, 4), 255, np.uint8)
    palette = {tuple(colour) for colour in PaletteEncoder(blank, style.MEANINGS).palette.tolist()}
    assert {tuple(round(255 * part) for part in to_rgb(colour)) for colour in style.MEANINGS} <= palette


def test_a_picture_is_a_png_whose_checksums_hold():
    png = PaletteEncoder(noise(0, 30, 30, 9))(noise(0, 30, 30, 9))
    at, kinds = 8, []
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        content = png[at + 8 : at + 8 + length]
        assert int.from_bytes(png[at + 8 + length : at + 12 + length], "big") == zlib.crc32(kind + content)
        kinds.append(kind)
        at += 12 + length
    assert kinds == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def test_the_style_changes_nothing_outside_its_context():
    before = dict(matplotlib.rcParams)
    with style.styled():
        assert matplotlib.rcParams["axes.grid"]
    assert dict(matplotlib.rcParams) == before


def test_a_notice_is_a_page_of_the_size_asked_for():
    assert decoded(style.notice("no picture for w = 3", 400, 200)).shape == (200, 400, 3)


@pytest.mark.parametrize("pair", [(a, b) for i, a in enumerate(style.MEANINGS) for b in style.MEANINGS[:i]])
def test_two_meanings_differ_in_colour(pair):
    one, other = (np.array(to_rgb(colour)) for colour in pair)
    assert np.linalg.norm(one - other) > 0.2  # black to white is 1.73
