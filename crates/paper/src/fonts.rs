//! The fonts that are bundled, and which characters they can print.

use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::Font;

/// In the order of preference; the last one, the widest, prints whatever the others cannot. See `fonts/README.md`.
const FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/Figtree-Regular.ttf"),
    include_bytes!("../fonts/Figtree-SemiBold.ttf"),
    include_bytes!("../fonts/AtkinsonHyperlegibleMono-SemiBold.ttf"),
    include_bytes!("../fonts/DejaVuSans.ttf"),
];

static BUNDLED: LazyLock<Vec<Font>> =
    LazyLock::new(|| FILES.iter().filter_map(|file| Font::new(Bytes::new(*file), 0)).collect());

/// The fonts, parsed once.
pub(crate) fn bundled() -> &'static [Font] {
    &BUNDLED
}

/// Whether the widest font has the character. It has all those of the others.
pub(crate) fn prints(c: char) -> bool {
    BUNDLED.last().is_some_and(|widest| widest.info().coverage.contains(c.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_font_under_the_name_templates_use() {
        let families: Vec<&str> = bundled().iter().map(|font| font.info().family.as_str()).collect();
        assert_eq!(families, ["Figtree", "Figtree", "Atkinson Hyperlegible Mono", "DejaVu Sans"]);
    }

    #[test]
    fn the_widest_font_has_the_characters_of_all() {
        for font in bundled() {
            let lacking =
                font.info().coverage.iter().filter_map(char::from_u32).find(|c| !c.is_control() && !prints(*c));
            assert_eq!(lacking, None, "{}", font.info().family);
        }
    }
}
