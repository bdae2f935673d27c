/** The only file that knows the bridge to the client: everything else imports its commands, events and types from here. */
import { commands, events } from '../bindings';

export type {
  AddressView,
  AdultDetailsView,
  ChangeDetailsRequest,
  ChangeDetailsView,
  CommuneView,
  DetailChangeView,
  DetailFieldView,
  DetailStateView,
  DetailsView,
  DetailValueView,
  Failure,
  FailureCode,
  FieldProblemView,
  FieldRuleView,
  HomeView,
  KeepRequest,
  OutboxItemView,
  OutboxStateView,
  PersonKindView,
  PersonLineView,
  PersonView,
  ProfileView,
  QuotientSourceView,
  QuotientView,
  SchoolingView,
  SessionView,
  SyncCenterView,
  SyncStateView,
  SyncStatusView,
  SyncTroubleView,
  TodoView,
  TownView,
} from '../bindings';

export const backend = commands;

/** Taken from the command, so that it stays right if generation names the two directions apart. */
export type Preferences = Awaited<ReturnType<typeof commands.preferences>>;
export type DataTopic = 'family' | 'commune' | 'outbox';

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

export const onSyncStatusChanged = (
  receive: (status: Awaited<ReturnType<typeof commands.syncStatus>>) => void,
): Stop => subscribe(events.syncStatusChanged, receive);
