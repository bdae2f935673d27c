"""One static TTF of one weight from the two woff2 subsets (latin, latin-ext) that fontsource makes of a variable font."""

import io
import sys

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

files, family, weight, style, target = sys.argv[1:]
parts = []
for subset in ("latin", "latin-ext"):
    font = TTFont(f"{files}-{subset}-wght-normal.woff2", recalcTimestamp=False)
    instantiateVariableFont(font, {"wght": float(weight)}, inplace=True)
    font.flavor = None
    created = font["head"].created
    parts.append(io.BytesIO())
    font.save(parts[-1])
    parts[-1].seek(0)
merged = Merger().merge(parts)
merged["OS/2"].usWeightClass = int(weight)
names = {1: f"{family} {style}", 2: "Regular", 4: f"{family} {style}", 16: family, 17: style}
names[6] = names[3] = f"{family}-{style}".replace(" ", "")
for identifier, text in names.items():
    merged["name"].setName(text, identifier, 3, 1, 0x409)
merged["head"].created = merged["head"].modified = created
merged.recalcTimestamp = False
merged.save(target)
