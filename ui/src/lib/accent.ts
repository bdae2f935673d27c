/** The commune's colour, taken only where it can be read. */

const card = '#ffffff';
const paper = '#f6f4ef';
const enough = 4.5;

type Rgb = readonly [number, number, number];

function parse(hex: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return null;
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of WCAG 2.2, between 1 and 21; 1 when a colour cannot be read. */
export function contrast(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  if (!a || !b) return 1;
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** `share` of a colour laid over white. */
function tint(rgb: Rgb, share: number): string {
  return `#${rgb
    .map((part) =>
      Math.round(255 - (255 - part) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

/**
 * The commune's accent and the soft colour that goes under it, or none (the application then keeps its own) when it
 * does not reach 4.5:1 on cards, on paper and on its own soft colour. White on the accent is the same ratio as on cards.
 */
export function communeAccent(hex: string | null): { accent: string; soft: string } | null {
  const rgb = hex === null ? null : parse(hex);
  if (!rgb) return null;
  const accent = tint(rgb, 1);
  const soft = tint(rgb, 0.12);
  return [card, paper, soft].every((ground) => contrast(accent, ground) >= enough) ? { accent, soft } : null;
}
