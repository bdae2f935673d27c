/** The only file that knows the bridge to the client: everything else imports its commands, events and types from here. */
import { commands, type DataTopic, events } from '../bindings';

export type {
  AccountView,
  AddressEditRequest,
  AddressView,
  AdultDetailsView,
  AdultEditRequest,
  AgendaDayView,
  AgendaStateView,
  AgendaView,
  BookingLinesView,
  BookingLineView,
  BookingPeriodView,
  CellLockView,
  CellProblemView,
  CellStateView,
  ChangeDetailsRequest,
  ChildRegistrationView,
  CoHolderView,
  CommuneView,
  ContactLineView,
  DataTopic,
  DayVerdictView,
  DetailChangeView,
  DetailFieldView,
  DetailStateView,
  DetailsView,
  DetailValueView,
  DeviceView,
  Failure,
  FailureCode,
  FieldProblemView,
  FieldRuleView,
  GridCellView,
  GridChildView,
  GridDayView,
  GridTotalsView,
  GridUnitView,
  GridView,
  HomeView,
  KeepRequest,
  KioskView,
  OutboxItemView,
  OutboxStateView,
  OutOfOrderView,
  PeriodStateView,
  PersonKindView,
  PersonLineView,
  PersonView,
  PlacesView,
  PriceView,
  ProfileView,
  QuotientSourceView,
  QuotientView,
  ReceiptLineView,
  ReceiptView,
  RefusalView,
  RegistrationStateView,
  ReviewDayView,
  ReviewView,
  SchoolingView,
  SecurityEventView,
  SecurityNoticeView,
  SessionView,
  StartKioskRequest,
  SyncCenterView,
  SyncStateView,
  SyncStatusView,
  SyncTroubleView,
  TickedView,
  TickRequest,
  TodoView,
  TownView,
} from '../bindings';

/** What is read is always whole; only what is sent may leave fields out. */
export type Preferences = Required<Awaited<ReturnType<typeof commands.preferences>>>;

export const backend = {
  ...commands,
  preferences: commands.preferences as () => Promise<Preferences>,
  setPreferences: commands.setPreferences as (preferences: Preferences) => Promise<Preferences>,
};

type Stop = () => void;

/** Subscribes to an event; the answer unsubscribes, even when it is called before the subscription is made. */
function subscribe<T>(
  event: { listen: (callback: (message: { payload: T }) => void) => Promise<Stop> },
  receive: (payload: T) => void,
): Stop {
  const listening = event.listen((message) => receive(message.payload));
  return () => {
    void listening.then((stop) => stop());
  };
}

export const onSessionChanged = (receive: () => void): Stop => subscribe(events.sessionChanged, receive);

export const onDataChanged = (receive: (topics: readonly DataTopic[]) => void): Stop =>
  subscribe(events.dataChanged, (payload) => receive(payload.topics));

export const onSyncStatusChanged = (receive: () => void): Stop => subscribe(events.syncStatusChanged, receive);

/** The application was opened by the letter's link; `openedInvitation` then gives its text, once. */
export const onInvitationOpened = (receive: () => void): Stop => subscribe(events.invitationOpened, receive);

/** Somebody closes the window and would lose what waits: ask, then say so by `closeQuestionShown`. */
export const onCloseAsked = (receive: () => void): Stop => subscribe(events.closeAsked, receive);

/** A kiosk's session is about to end: in so many seconds, or no longer. */
export const onKioskCountdown = (receive: (seconds: number | null) => void): Stop =>
  subscribe(events.kioskCountdown, (payload) => receive(payload.seconds));
