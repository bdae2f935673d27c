//! Files that agents hand in, and what became of them: all of a file is put on record, or nothing of it.

use crate::error::FieldError;
use crate::wire;

wire! {
    /// A file of lines.
    pub struct FileRequest {
        /// The file's bytes, in base64: UTF-8 or Windows-1252.
        pub csv: String,
        /// Only say what would be done.
        #[serde(default)]
        pub dry_run: bool,
    }

    /// Something wrong with a line.
    pub struct FileFaultDto {
        /// Line of the file.
        pub line: u64,
        /// Name of the column, or of the file as a whole.
        pub column: String,
        /// What is wrong, in French.
        pub reason: String,
    }

    /// What became of a file of registrations.
    pub struct RegistrationsReportDto {
        /// Nothing was written.
        pub dry_run: bool,
        /// Lines that are good.
        pub lines: u32,
        /// Days to come that ended because their child is no longer registered for them.
        #[serde(default)]
        pub days_ended: usize,
        /// What is wrong: then nothing was written either.
        pub faults: Vec<FileFaultDto>,
    }

    /// What became of a file of attendance.
    pub struct AttendanceReportDto {
        /// Nothing was written.
        pub dry_run: bool,
        /// Lines that are good.
        pub lines: u32,
        /// What is wrong: then nothing was written either.
        pub faults: Vec<FileFaultDto>,
    }

    /// A season, in the town's own file.
    pub struct SeasonRequest {
        /// The file's text: TOML.
        pub file: String,
        /// Only say what would be done.
        #[serde(default)]
        pub dry_run: bool,
    }

    /// What a season changes of one item.
    pub struct SeasonDifferenceDto {
        /// `period`.
        pub kind: String,
        /// Its stable name.
        pub key: String,
        /// New, or the fields that differ.
        pub change: ItemChangeDto,
    }

    /// How an item differs from what is on record.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum ItemChangeDto {
        /// It is not on record yet.
        New,
        /// These fields differ.
        Changed {
            /// Their names.
            fields: Vec<String>,
        },
    }

    /// What became of a season.
    pub struct SeasonReportDto {
        /// Nothing was written.
        pub dry_run: bool,
        /// What it changes, by kind and stable name.
        pub differences: Vec<SeasonDifferenceDto>,
        /// What is wrong with it: then nothing was written either.
        pub faults: Vec<FieldError>,
    }
}

impl RegistrationsReportDto {
    /// Whether the file is, or could be, on record.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}

impl AttendanceReportDto {
    /// Whether the file is, or could be, on record.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}

impl SeasonReportDto {
    /// Whether the season is, or could be, on record.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}
