//! QR codes as vector images.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code (ISO/IEC 18004).
const QUIET: usize = 4;

/// The code as SVG, one unit per module, or none when the text is too long. A fifth of it may be lost to a fold or a
/// stain: level M.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let path = runs(&code.into_colors(), width);
    Some(format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}"/></svg>"#))
}

/// One rectangle for each row of dark neighbours.
fn runs(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a string cannot fail.
                let written = write!(path, "M{} {}h{n}v1h-{n}z", x + QUIET, y + QUIET, n = run.len());
                debug_assert!(written.is_ok());
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_dark_modules_become_rectangles() {
        let (d, l) = (Color::Dark, Color::Light);
        assert_eq!(runs(&[d, d, l, d, l, l, l, l, d], 3), "M4 4h2v1h-2zM4 5h1v1h-1zM6 6h1v1h-1z");
    }

    #[test]
    fn a_text_too_long_has_no_code() {
        assert!(svg(&"x".repeat(300)).is_some_and(|svg| svg.starts_with("<svg")));
        assert_eq!(svg(&"x".repeat(3000)), None);
    }
}
