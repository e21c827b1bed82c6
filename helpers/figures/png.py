"""Pictures as PNG: without loss for a still, with a palette for a picture that lives for one frame.

A slider's picture is line art: a few colours, and their blends with the white behind. One byte a pixel instead of
four makes it twice as fast to compress and half as long to send (`make bench` prints both), and a palette that holds
the course's colours, their blends and the picture's own commonest colours cannot be told from the original.
"""

import struct
import zlib

import numpy as np
from matplotlib.colors import to_rgb

_N_BLENDS = 16
_UNKNOWN = 0  # the index of a colour that has not been looked up yet


def encode_lossless(rgba: np.ndarray) -> bytes:
    """Return the PNG of ``rgba`` (height, width, 4), exact to the last bit and as small as zlib makes it."""
    rows = np.ascontiguousarray(rgba[..., :3]).reshape(rgba.shape[0], -1)
    return _png(rows, rgba.shape[1], colour_type=2)


class PaletteEncoder:
    """Encode RGBA pictures with at most 255 colours, each pixel in the nearest of them.

    Parameters
    ----------
    example : (height, width, 4) uint8
        A picture of the kind to come; its commonest colours enter the palette.
    meanings : sequence of colours
        Colours that may appear later; they enter the palette with their blends with white.
    """

    def __init__(self, example: np.ndarray, meanings=()):
        ramps = np.linspace(0, 1, _N_BLENDS)[:, None]
        seeds = [ramps * 255 + (1 - ramps) * 255 * np.array(to_rgb(colour)) for colour in meanings]
        palette = np.unique(np.rint(np.concatenate([[[255, 255, 255]], *seeds])).astype(np.uint8), axis=0)
        # Every third pixel both ways tells the commonest colours as well as all of them, nine times as fast.
        colours, counts = np.unique(_codes(example[::3, ::3]), return_counts=True)
        common = _channels(colours[np.argsort(-counts, kind="stable")])
        fresh = common[~(common[:, None] == palette).all(axis=2).any(axis=1)]
        self.palette = np.concatenate([palette, fresh])[:255].astype(np.uint8)
        # One byte for each of 2^24 colours. The pages of zeros take no memory until a colour is looked up.
        self._index = np.zeros(1 << 24, np.uint8)
        self._index[_pack(self.palette)] = np.arange(1, len(self.palette) + 1)

    def __call__(self, rgba: np.ndarray, small: bool = False) -> bytes:
        """Return the PNG of ``rgba`` (height, width, 4) uint8: fast, or, to be stored, as small as zlib makes it."""
        codes = _codes(rgba).ravel()
        indices = self._index.take(codes, mode="clip")
        if indices.min() == _UNKNOWN:
            unknown = np.flatnonzero(indices == _UNKNOWN)
            self._learn(np.unique(codes[unknown]))
            indices[unknown] = self._index[codes[unknown]]
        # Runs are what line art has: in haste, looking for nothing else is faster.
        level, strategy = (9, zlib.Z_DEFAULT_STRATEGY) if small else (1, zlib.Z_RLE)
        return _png(indices.reshape(rgba.shape[:2]), rgba.shape[1], 3, level, strategy, self.palette)

    def _learn(self, codes: np.ndarray) -> None:
        """Give each new colour the nearest colour of the palette."""
        # |c - p|^2 is least where c p - |p|^2 / 2 is largest.
        palette = self.palette.astype(np.float32)  # exact: all numbers are halves of whole ones below 2^23
        nearness = _channels(codes).astype(np.float32) @ palette.T - (palette**2).sum(axis=1) / 2
        self._index[codes] = nearness.argmax(axis=1) + 1


def _codes(rgba: np.ndarray) -> np.ndarray:
    """Return one number a pixel, blue green red from its high byte to its low one."""
    # intp, because an index of another type is copied to it anyway.
    return np.bitwise_and(np.ascontiguousarray(rgba).view("<u4")[..., 0], 0xFFFFFF, dtype=np.intp, casting="unsafe")


def _channels(codes: np.ndarray) -> np.ndarray:
    return np.stack([codes & 0xFF, codes >> 8 & 0xFF, codes >> 16], axis=-1)


def _pack(rgb: np.ndarray) -> np.ndarray:
    red, green, blue = rgb.astype(np.uint32).T
    return red | green << 8 | blue << 16


def _png(
    rows: np.ndarray,
    width: int,
    colour_type: int,
    level: int = 9,
    strategy: int = zlib.Z_DEFAULT_STRATEGY,
    palette: np.ndarray | None = None,
) -> bytes:
    filtered = np.zeros((rows.shape[0], rows.shape[1] + 1), np.uint8)  # each row begins with its filter: 0, none
    filtered[:, 1:] = rows
    # The palette's index 0 stands for "unknown" and is never sent.
    colours = b"" if palette is None else _chunk(b"PLTE", b"\0\0\0" + palette.tobytes())
    deflate = zlib.compressobj(level, strategy=strategy)
    header = struct.pack(">IIBBBBB", width, rows.shape[0], 8, colour_type, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            colours,
            _chunk(b"IDAT", deflate.compress(filtered) + deflate.flush()),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
