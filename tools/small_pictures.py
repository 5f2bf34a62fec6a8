"""Makes the pictures in docs/screens small: flat pages need no more than 256 colours, also the rare ones. `make screens` runs it last."""

from PIL import Image

from server.web.keys import ROOT

COLOURS = 256
UNEVEN = "three-screens"
"""Its shadows need more of them."""


def main() -> None:
    """Each picture in place; one that is small already stays as it is."""
    for path in sorted((ROOT / "docs" / "screens").glob("*.png")):
        with Image.open(path) as picture:
            if picture.mode in ("RGB", "RGBA") and path.stem != UNEVEN:
                picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
