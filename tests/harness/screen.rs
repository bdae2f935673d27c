//! The screen itself, as hands reach it: real keys and buttons, whatever drives the windows; and the clipboard.

use crate::wait_for;
use anyhow::{Context, Result, bail, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask,
    ImageFormat, ImageOrder, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, MapState, Window,
    WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME};

/// Keys by their X names' values.
pub const TAB: u32 = 0xff09;
/// Return.
pub const RETURN: u32 = 0xff0d;
/// Left Control.
pub const CONTROL: u32 = 0xffe3;
/// Left Alt.
pub const ALT: u32 = 0xffe9;
/// F4, the others beside it.
pub const F4: u32 = 0xffc1;
const SHIFT: u32 = 0xffe1;

/// A connection to the screen of the tests.
pub struct Screen {
    connection: RustConnection,
    root: Window,
    /// Owns the clipboard when the test plays the program that keeps it.
    keeper: Window,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Screen")
    }
}

impl Screen {
    /// Connects to the screen of `DISPLAY`.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect() -> Result<Self> {
        let (connection, number) = x11rb::connect(None).context("connecting to the screen")?;
        let root = connection.setup().roots.get(number).context("a screen")?.root;
        let keeper = connection.generate_id()?;
        let (input, looks) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        let from = COPY_FROM_PARENT;
        connection.create_window(COPY_DEPTH_FROM_PARENT, keeper, root, 0, 0, 1, 1, 0, input, from, &looks)?;
        Ok(Self { connection, root, keeper })
    }

    fn selections(&self) -> Result<[u32; 2]> {
        let clipboard = self.connection.intern_atom(false, b"CLIPBOARD")?.reply()?.atom;
        Ok([clipboard, AtomEnum::PRIMARY.into()])
    }

    /// Plays a program that keeps what was copied after whoever copied it is gone.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn keep_clipboard(&self) -> Result<()> {
        for selection in self.selections()? {
            self.connection.set_selection_owner(self.keeper, selection, CURRENT_TIME)?.check()?;
        }
        Ok(())
    }

    /// Whether anybody has something to paste.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn offers_something_to_paste(&self) -> Result<bool> {
        for selection in self.selections()? {
            if self.connection.get_selection_owner(selection)?.reply()?.owner != x11rb::NONE {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Everything on the screen, menus included: its windows with width and height, largest first.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn windows(&self) -> Result<Vec<(Window, u16, u16)>> {
        let mut found = Vec::new();
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            // A window may go between two questions.
            let Ok(looks) = self.connection.get_window_attributes(window)?.reply() else { continue };
            let Ok(place) = self.connection.get_geometry(window)?.reply() else { continue };
            if looks.map_state == MapState::VIEWABLE && place.width > 1 && looks.class == WindowClass::INPUT_OUTPUT {
                found.push((window, place.width, place.height));
            }
        }
        found.sort_by_key(|(_, width, height)| std::cmp::Reverse(u32::from(*width) * u32::from(*height)));
        Ok(found)
    }

    /// The largest window as it is on the screen: width, height and its pixels, three bytes each.
    ///
    /// # Errors
    /// When there is none, when a part of it is beyond the edge of the screen, or pixels are not 24 bits in four bytes.
    pub fn largest_window(&self) -> Result<(u16, u16, Vec<u8>)> {
        let (window, width, height) = *self.windows()?.first().context("a window on the screen")?;
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX)?;
        let image = image.reply().context("reading the window's pixels")?;
        let pixels = usize::from(width) * usize::from(height);
        ensure!(image.depth == 24 && image.data.len() == pixels * 4, "a screen of {} bits", image.depth);
        let least_first = self.connection.setup().image_byte_order == ImageOrder::LSB_FIRST;
        let rgb = |p: &[u8]| if least_first { [p[2], p[1], p[0]] } else { [p[1], p[2], p[3]] };
        Ok((width, height, image.data.chunks_exact(4).flat_map(rgb).collect()))
    }

    /// The size of the screen.
    ///
    /// # Errors
    /// When it is gone.
    pub fn size(&self) -> Result<(u16, u16)> {
        let screen = self.connection.get_geometry(self.root)?.reply()?;
        Ok((screen.width, screen.height))
    }

    /// Waits for a window over the whole screen and gives it the keyboard.
    ///
    /// # Errors
    /// When none comes.
    pub async fn focus(&self) -> Result<()> {
        let (width, height) = self.size()?;
        wait_for("a window over the whole screen", async || {
            let windows = self.windows()?;
            let Some((window, ..)) = windows.iter().find(|window| (window.1, window.2) == (width, height)) else {
                return Ok(None);
            };
            let focused = self.connection.set_input_focus(InputFocus::PARENT, *window, CURRENT_TIME)?.check();
            Ok(focused.is_ok().then_some(()))
        })
        .await
    }

    /// Asks every window to close, as the cross of a title bar does.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn ask_to_close(&self) -> Result<()> {
        let atom = |name: &[u8]| Ok::<_, anyhow::Error>(self.connection.intern_atom(false, name)?.reply()?.atom);
        let (protocols, delete) = (atom(b"WM_PROTOCOLS")?, atom(b"WM_DELETE_WINDOW")?);
        for (window, ..) in self.windows()? {
            let message = ClientMessageEvent::new(32, window, protocols, [delete, CURRENT_TIME, 0, 0, 0]);
            self.connection.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
        }
        Ok(())
    }

    /// Presses a button of the mouse somewhere.
    ///
    /// # Errors
    /// When the screen is gone.
    pub fn click(&self, x: i16, y: i16, button: u8) -> Result<()> {
        let fake = |kind, detail| self.connection.xtest_fake_input(kind, detail, 0, self.root, x, y, 0);
        fake(MOTION_NOTIFY_EVENT, 0)?.check()?;
        fake(BUTTON_PRESS_EVENT, button)?.check()?;
        fake(BUTTON_RELEASE_EVENT, button)?.check()?;
        Ok(())
    }

    /// Presses keys together, the last one last.
    ///
    /// # Errors
    /// When this keyboard has not all of them.
    pub fn press(&self, keys: &[u32]) -> Result<()> {
        let codes: Vec<(u8, bool)> = keys.iter().map(|key| self.code(*key)).collect::<Result<_>>()?;
        let shift = self.code(SHIFT)?.0;
        let fake = |kind, code| self.connection.xtest_fake_input(kind, code, 0, self.root, 0, 0, 0);
        let shifted = codes.iter().any(|(_, shifted)| *shifted);
        if shifted {
            fake(KEY_PRESS_EVENT, shift)?.check()?;
        }
        for (code, _) in &codes {
            fake(KEY_PRESS_EVENT, *code)?.check()?;
        }
        for (code, _) in codes.iter().rev() {
            fake(KEY_RELEASE_EVENT, *code)?.check()?;
        }
        if shifted {
            fake(KEY_RELEASE_EVENT, shift)?.check()?;
        }
        Ok(())
    }

    /// Types a text of plain letters, digits and signs.
    ///
    /// # Errors
    /// When this keyboard has not all of them.
    pub fn type_text(&self, text: &str) -> Result<()> {
        text.chars().try_for_each(|c| self.press(&[u32::from(c)]))
    }

    /// The key that gives a symbol, and whether with Shift.
    fn code(&self, symbol: u32) -> Result<(u8, bool)> {
        let setup = self.connection.setup();
        let (first, count) = (setup.min_keycode, setup.max_keycode - setup.min_keycode + 1);
        let keys = self.connection.get_keyboard_mapping(first, count)?.reply()?;
        for (number, symbols) in keys.keysyms.chunks(usize::from(keys.keysyms_per_keycode)).enumerate() {
            if let Some(level) = symbols.iter().take(2).position(|known| *known == symbol) {
                return Ok((first + u8::try_from(number)?, level == 1));
            }
        }
        bail!("no key gives {symbol:#x}")
    }
}
