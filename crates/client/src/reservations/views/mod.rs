//! What the pages of reservations show and send. Days are ISO 8601, instants RFC 3339, amounts cents; units and groups go
//! by their stable names.

mod agenda;
mod grid;
mod lines;
mod receipts;

pub use agenda::{
    AgendaDayView, AgendaRankView, AgendaStateView, AgendaView, ChildRegistrationView, GiveUpDayRequest,
    RegistrationStateView, SavedFileView,
};
pub use grid::{
    CellLockView, CellProblemView, CellStateView, ChildTotalView, CorrectionView, GridCellView, GridChildView,
    GridDayStatusView, GridDayView, GridTotalsView, GridUnitView, GridView, PlacesView, TickRequest, TickedView,
};
pub use lines::{BookingLineView, BookingLinesView, BookingObstacleView, BookingPeriodView, PeriodStateView};
pub use receipts::{
    DayVerdictView, PriceAdjustmentKindView, PriceAdjustmentView, PricePartView, PriceView, ReceiptLineView,
    ReceiptView, RefusalView, ReviewChildView, ReviewDayView, ReviewView, ValidatedView,
};
