// Written by hand after docs/bridge.md until `cargo xtask codegen` writes it. Same shape as tauri-specta's.

import { invoke as __TAURI_INVOKE } from '@tauri-apps/api/core';
import * as __TAURI_EVENT from '@tauri-apps/api/event';

/** Commands */
export const commands = {
  session: () => __TAURI_INVOKE<SessionView>('session'),
  findTowns: (text: string) => __TAURI_INVOKE<TownView[]>('find_towns', { text }),
  connectTown: (slug: string) => __TAURI_INVOKE<CommuneView>('connect_town', { slug }),
  readInvitation: (text: string) => __TAURI_INVOKE<InvitationView>('read_invitation', { text }),
  signIn: (request: SignInRequest) => __TAURI_INVOKE<SessionView>('sign_in', { request }),
  checkPersonalCode: (code: string) => __TAURI_INVOKE<CodeCheckView>('check_personal_code', { code }),
  setPersonalCode: (code: string) => __TAURI_INVOKE<SessionView>('set_personal_code', { code }),
  signOut: () => __TAURI_INVOKE<SessionView>('sign_out'),
  openProfile: (id: string, passphrase: string | null) => __TAURI_INVOKE<SessionView>('open_profile', { id, passphrase }),
  closeProfile: () => __TAURI_INVOKE<SessionView>('close_profile'),
  forgetProfile: (id: string) => __TAURI_INVOKE<SessionView>('forget_profile', { id }),
  account: () => __TAURI_INVOKE<AccountView>('account'),
  changeIdentifiant: (code: string, identifiant: string) =>
    __TAURI_INVOKE<SessionView>('change_identifiant', { code, identifiant }),
  changeCode: (current: string, next: string) => __TAURI_INVOKE<SessionView>('change_code', { current, new: next }),
  home: () => __TAURI_INVOKE<HomeView>('home'),
  person: (id: string) => __TAURI_INVOKE<PersonView>('person', { id }),
  details: () => __TAURI_INVOKE<DetailsView>('details'),
  previewDetails: (request: ChangeDetailsRequest) => __TAURI_INVOKE<ChangeDetailsView>('preview_details', { request }),
  changeDetails: (request: ChangeDetailsRequest) => __TAURI_INVOKE<ChangeDetailsView>('change_details', { request }),
  suggestAddresses: (text: string) => __TAURI_INVOKE<AddressView[]>('suggest_addresses', { text }),
  syncStatus: () => __TAURI_INVOKE<SyncStatusView>('sync_status'),
  syncCenter: () => __TAURI_INVOKE<SyncCenterView>('sync_center'),
  syncNow: () => __TAURI_INVOKE<SyncStatusView>('sync_now'),
  giveUp: (opId: string) => __TAURI_INVOKE<SyncCenterView>('give_up', { opId }),
  acknowledgeRefusal: (opId: string) => __TAURI_INVOKE<SyncCenterView>('acknowledge_refusal', { opId }),
  preferences: () => __TAURI_INVOKE<Preferences>('preferences'),
  setPreferences: (preferences: Preferences) => __TAURI_INVOKE<Preferences>('set_preferences', { preferences }),
};

/** Events */
export const events = {
  sessionChanged: makeEvent<SessionChanged>('session-changed'),
  dataChanged: makeEvent<DataChanged>('data-changed'),
  syncStatusChanged: makeEvent<SyncStatusChanged>('sync-status-changed'),
};

/* Types */
export type AccountView = { identifiant: string };
export type AddressRequest = { street: string; complement: string; postcode: string; city: string };
export type AddressView = { street: string; complement: string | null; postcode: string; city: string };
export type AdultDetailsRequest = { personId: string; mobilePhone: string; landlinePhone: string; email: string };
export type AdultDetailsView = {
  personId: string;
  name: string;
  kind: PersonKindView;
  mobilePhone: string | null;
  landlinePhone: string | null;
  email: string | null;
};
export type ChangeDetailsRequest = { address: AddressRequest | null; adults: AdultDetailsRequest[] };
export type ChangeDetailsView =
  | { type: 'toMend'; problems: FieldProblemView[] }
  | { type: 'nothingChanges' }
  | { type: 'changes'; changes: DetailChangeView[] };
export type CodeCheckView = { longEnough: boolean; variedEnough: boolean; withoutIdentifiant: boolean };
export type CommuneView = {
  slug: string;
  name: string;
  accent: string | null;
  contact: ContactLineView;
  welcome: string;
  newResident: string;
};
export type ContactLineView = { label: string; phone: string; email: string };
export type DataChanged = { topics: DataTopic[] };
export type DataTopic = 'family' | 'commune' | 'outbox';
export type DetailChangeView = {
  id: string;
  personId: string | null;
  personName: string | null;
  field: DetailFieldView;
  old: DetailValueView;
  new: DetailValueView;
  state: DetailStateView;
  askedAt: string;
};
export type DetailFieldView = 'address' | 'mobilePhone' | 'landlinePhone' | 'email';
export type DetailStateView =
  | { type: 'toSend'; pending: PendingView }
  | { type: 'awaitsTown' }
  | { type: 'awaitsConfirmation' }
  | { type: 'accepted' }
  | { type: 'refused'; reason: string | null; code: string | null }
  | { type: 'withdrawn' };
export type DetailValueView =
  | { type: 'notGiven' }
  | { type: 'address'; address: AddressView }
  | { type: 'text'; text: string };
export type DetailsView = {
  address: AddressView | null;
  adults: AdultDetailsView[];
  waiting: DetailChangeView[];
  settled: DetailChangeView[];
  addressByHand: boolean;
  phonesByHand: boolean;
};
export type Failure = { code: FailureCode; retryAfter: number | null; requestId: string | null };
export type FailureCode =
  | 'unreachable'
  | 'certificate'
  | 'notHttps'
  | 'notPreau'
  | 'unknownTown'
  | 'notAnInvitation'
  | 'signInRefused'
  | 'tooManyAttempts'
  | 'busy'
  | 'signInAgain'
  | 'codeRefused'
  | 'wrongCode'
  | 'identifiantRefused'
  | 'wrongPassphrase'
  | 'passphraseTooShort'
  | 'keychain'
  | 'cacheDamaged'
  | 'cacheTooNew'
  | 'alreadyOpen'
  | 'diskFull'
  | 'offline'
  | 'notFound'
  | 'alreadyApplied'
  | 'serverFault'
  | 'internal';
export type FieldProblemView = { field: string; rule: FieldRuleView };
export type FieldRuleView = 'empty' | 'lineTooLong' | 'postcode' | 'phone' | 'email' | 'alreadyWaiting';
export type HomeView = {
  firstName: string;
  welcome: string;
  adults: PersonLineView[];
  children: PersonLineView[];
  contacts: PersonLineView[];
  todo: TodoView[];
  detailsToSend: number;
  detailsWaiting: number;
};
export type InvitationView = { commune: CommuneView; identifiant: string | null };
export type KeepRequest = { type: 'keychain' } | { type: 'passphrase'; passphrase: string } | { type: 'memoryOnly' };
export type Language = 'fr' | 'en';
export type OutboxItemView = {
  opId: string;
  subject: OutboxSubjectView;
  state: OutboxStateView;
  since: string;
  attempts: number;
  canRetry: boolean;
  canGiveUp: boolean;
};
export type OutboxStateView =
  | { type: 'kept' }
  | { type: 'unanswered' }
  | { type: 'applied' }
  | { type: 'waiting' }
  | { type: 'rejected'; code: string };
export type OutboxSubjectView = { type: 'changeDetail'; change: DetailChangeView } | { type: 'cancel' };
export type PendingStateView = 'kept' | 'unanswered' | 'answered';
export type PendingView = { opId: string; state: PendingStateView; since: string; attempts: number };
export type PersonKindView = 'holder' | 'coHolder' | 'child' | 'contact';
export type PersonLineView = {
  id: string;
  kind: PersonKindView;
  name: string;
  firstName: string;
  initials: string;
  age: number | null;
  level: string | null;
  mayCollect: boolean;
  emergency: boolean;
};
export type PersonView =
  | {
      type: 'adult';
      line: PersonLineView;
      address: AddressView | null;
      mobilePhone: string | null;
      landlinePhone: string | null;
      email: string | null;
      quotients: QuotientView[];
    }
  | {
      type: 'child';
      line: PersonLineView;
      birthDate: string;
      schooling: SchoolingView[];
      mayBook: boolean;
      mayCollect: boolean;
      pays: boolean;
      otherHome: boolean;
      collectors: PersonLineView[];
    }
  | { type: 'contact'; line: PersonLineView; relation: string; phone: string | null };
export type Preferences = {
  language: Language;
  theme: Theme;
  textSize: number;
  spacing: boolean;
  typeface: Typeface;
};
export type ProfileView = {
  id: string;
  communeName: string;
  personName: string | null;
  protection: ProtectionView;
};
export type ProtectionView = 'keychain' | 'passphrase' | 'memoryOnly';
export type QuotientSourceView = 'caf' | 'msa' | 'taxNotice' | 'none';
export type QuotientView = {
  source: QuotientSourceView;
  value: number | null;
  effectiveMonth: string;
  current: boolean;
};
export type SchoolingView = {
  from: string;
  to: string | null;
  school: string;
  level: string;
  class: string | null;
  current: boolean;
};
export type SessionChanged = null;
export type SessionView =
  | { type: 'signedOut'; profiles: ProfileView[]; keychainAvailable: boolean }
  | { type: 'firstCode'; commune: CommuneView; identifiant: string }
  | {
      type: 'open';
      profile: ProfileView;
      commune: CommuneView;
      others: ProfileView[];
      signInAgain: boolean;
    };
export type SignInRequest = { slug: string; identifiant: string; code: string; keep: KeepRequest };
export type SyncCenterView = { status: SyncStatusView; waiting: OutboxItemView[]; answered: OutboxItemView[] };
export type SyncStateView = 'upToDate' | 'receiving' | 'sending' | 'offline' | 'attention';
export type SyncStatusChanged = SyncStatusView;
export type SyncStatusView = {
  state: SyncStateView;
  pending: number;
  refused: number;
  lastSyncAt: string | null;
  received: number | null;
  trouble: SyncTroubleView | null;
  clockOffMinutes: number | null;
};
export type SyncTroubleView =
  | 'unreachable'
  | 'certificate'
  | 'notPreau'
  | 'busy'
  | 'signInAgain'
  | 'diskFull'
  | 'serverFault';
export type Theme = 'system' | 'light' | 'dark';
export type TodoView =
  | { type: 'refusedOperations'; count: number }
  | { type: 'addressMissing' }
  | { type: 'phoneMissing' }
  | { type: 'emailToConfirm'; email: string };
export type TownView = { slug: string; name: string; postcode: string };
export type Typeface = 'figtree' | 'hyperlegible';

/* Tauri Specta runtime */
function makeEvent<T>(name: string) {
  return {
    listen: (cb: __TAURI_EVENT.EventCallback<T>) => __TAURI_EVENT.listen(name, cb),
    once: (cb: __TAURI_EVENT.EventCallback<T>) => __TAURI_EVENT.once(name, cb),
  };
}
