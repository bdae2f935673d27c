//! Rust source with what is not code blanked out, so that a rule never stumbles over a comment or a text.

/// A source file, read.
pub struct Source {
    /// The code: comments and the insides of texts are blanks, lines and columns kept.
    pub code: String,
    /// The texts, each with the line it begins on (from 1).
    pub texts: Vec<(usize, String)>,
}

impl Source {
    /// Reads a file, its tests included.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut reader = Reader { rest: text.chars().collect(), at: 0, code: String::new(), texts: Vec::new() };
        reader.run();
        Self { code: reader.code, texts: reader.texts }
    }

    /// Reads a file without its `#[cfg(test)]` items.
    #[must_use]
    pub fn without_tests(text: &str) -> Self {
        let mut source = Self::read(text);
        while let Some(start) = source.code.find("#[cfg(test)]") {
            let end = end_of_item(&source.code, start);
            let lines = |upto: usize| source.code[..upto].matches('\n').count() + 1;
            let (first, last) = (lines(start), lines(end));
            source.texts.retain(|(line, _)| *line < first || *line > last);
            let blank: String = source.code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
            source.code.replace_range(start..end, &blank);
        }
        source
    }

    /// The lines of code, numbered from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The lines that hold any of these words, as `path:line` with the word.
    #[must_use]
    pub fn lines_with(&self, path: &str, words: &[&str]) -> Vec<String> {
        let found = |line: &str| words.iter().find(|word| line.contains(**word)).copied();
        self.lines().filter_map(|(number, line)| Some(format!("{path}:{number}: {}", found(line)?))).collect()
    }
}

/// Whether a whole file is only compiled for tests.
#[must_use]
pub fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("tests/") || path.contains("/tests/") || matches!(name, "tests.rs" | "testing.rs")
}

/// The end of the item that follows an attribute: its closing brace, or the semicolon before any brace.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (place, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return start + place + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return start + place + 1,
            _ => {}
        }
    }
    code.len()
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    code: String,
    texts: Vec<(usize, String)>,
}

impl Reader {
    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            match c {
                '/' if self.peek(1) == Some('/') => self.blank_while(|reader| reader.peek(0) != Some('\n')),
                '/' if self.peek(1) == Some('*') => self.block_comment(),
                '"' => self.text(),
                'r' | 'b' | 'c' if !self.after_word() => self.maybe_prefixed_text(),
                '\'' => self.character(),
                _ => self.keep(),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.rest.get(self.at + ahead).copied()
    }

    fn after_word(&self) -> bool {
        self.code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    }

    fn keep(&mut self) {
        if let Some(c) = self.peek(0) {
            self.code.push(c);
            self.at += 1;
        }
    }

    fn blank(&mut self) {
        if let Some(c) = self.peek(0) {
            self.code.push(if c == '\n' { '\n' } else { ' ' });
            self.at += 1;
        }
    }

    fn blank_while(&mut self, goes_on: impl Fn(&Self) -> bool) {
        while self.peek(0).is_some() && goes_on(self) {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.peek(0).is_some() {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    /// `b"…"`, `r"…"`, `br#"…"#` and their like; anything else is a word.
    fn maybe_prefixed_text(&mut self) {
        let letters = (0..2).take_while(|i| matches!(self.peek(*i), Some('r' | 'b' | 'c'))).count();
        let raw = (0..letters).any(|i| self.peek(i) == Some('r'));
        let hashes = (letters..).take_while(|i| self.peek(*i) == Some('#')).count();
        let opens = self.peek(letters + hashes) == Some('"') && (raw || hashes == 0);
        if !opens {
            self.keep();
            return;
        }
        for _ in 0..letters + hashes {
            self.keep();
        }
        if raw { self.raw_text(hashes) } else { self.text() }
    }

    fn text(&mut self) {
        let line = self.code.matches('\n').count() + 1;
        let mut inside = String::new();
        self.keep();
        while let Some(c) = self.peek(0) {
            if c == '"' {
                self.keep();
                break;
            }
            if c == '\\' {
                self.blank();
            }
            inside.extend(self.peek(0));
            self.blank();
        }
        self.texts.push((line, inside));
    }

    fn raw_text(&mut self, hashes: usize) {
        let line = self.code.matches('\n').count() + 1;
        let mut inside = String::new();
        self.keep();
        while let Some(c) = self.peek(0) {
            if c == '"' && (1..=hashes).all(|i| self.peek(i) == Some('#')) {
                for _ in 0..=hashes {
                    self.keep();
                }
                break;
            }
            inside.push(c);
            self.blank();
        }
        self.texts.push((line, inside));
    }

    /// A character (`'x'`, `'\n'`), or a lifetime, which is kept.
    fn character(&mut self) {
        if self.peek(1) == Some('\\') {
            self.keep();
            self.blank();
            self.blank();
            self.blank_while(|reader| reader.peek(0) != Some('\''));
            self.keep();
        } else if self.peek(2) == Some('\'') {
            self.keep();
            self.blank();
            self.keep();
        } else {
            self.keep();
        }
    }
}

#[test]
fn comments_and_texts_are_not_code() {
    let source = Source::read(
        "let a = \"x.unwrap() \\\" y\"; // .unwrap()\n/* .unwrap() /* */ */ let b = 'c'; let c: &'a str = r#\"raw\"quoted\"#;",
    );
    assert!(!source.code.contains("unwrap"), "{}", source.code);
    assert!(source.code.contains("let b = ' '") && source.code.contains("&'a str"), "{}", source.code);
    assert_eq!(source.texts, [(1, "x.unwrap() \" y".to_owned()), (2, "raw\"quoted".to_owned())]);
}

#[test]
fn test_items_are_not_code() {
    let text = "fn a() { b(\"{\") }\n#[cfg(test)]\nmod tests { fn c() { d.unwrap(); } }\n#[cfg(test)]\nmod testing;\nfn e() {}";
    let source = Source::without_tests(text);
    assert!(source.code.contains("fn a") && source.code.contains("fn e") && !source.code.contains("unwrap"));
    assert!(!source.code.contains("testing"));
    assert_eq!(source.texts.len(), 1);
}
