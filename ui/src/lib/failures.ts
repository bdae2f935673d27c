/** A sentence for every way a command can fail, and for every reason the server gives. */
import type { MessageId } from './i18n';
import type { Failure, FailureCode, SyncTroubleView } from './ipc';

export const failureSentences: Record<FailureCode, MessageId> = {
  unreachable: 'failure.unreachable',
  certificate: 'failure.certificate',
  notHttps: 'failure.notHttps',
  notPreau: 'failure.notPreau',
  unknownTown: 'failure.unknownTown',
  notAnInvitation: 'failure.notAnInvitation',
  foreignInvitation: 'failure.foreignInvitation',
  otherTown: 'failure.otherTown',
  locked: 'failure.locked',
  wrongPin: 'failure.wrongPin',
  pinSpent: 'failure.pinSpent',
  pinRefused: 'failure.pinRefused',
  requestsWait: 'failure.requestsWait',
  otherAccount: 'failure.otherAccount',
  notSaved: 'failure.notSaved',
  coHolderExists: 'failure.coHolderExists',
  invitationRefused: 'failure.invitationRefused',
  forbidden: 'failure.forbidden',
  signInRefused: 'failure.signInRefused',
  tooManyAttempts: 'failure.tooManyAttempts',
  busy: 'failure.busy',
  signInAgain: 'failure.signInAgain',
  codeRefused: 'failure.codeRefused',
  wrongCode: 'failure.wrongCode',
  identifiantRefused: 'failure.identifiantRefused',
  wrongPassphrase: 'failure.wrongPassphrase',
  passphraseTooShort: 'failure.passphraseTooShort',
  keychain: 'failure.keychain',
  cacheDamaged: 'failure.cacheDamaged',
  cacheTooNew: 'failure.cacheTooNew',
  alreadyOpen: 'failure.alreadyOpen',
  diskFull: 'failure.diskFull',
  offline: 'failure.offline',
  notSent: 'failure.notSent',
  spacesKept: 'failure.spacesKept',
  exitCodeRefused: 'failure.exitCodeRefused',
  agentsOnly: 'failure.agentsOnly',
  notFound: 'failure.notFound',
  alreadyApplied: 'failure.alreadyApplied',
  serverFault: 'failure.serverFault',
  internal: 'failure.internal',
};

export const troubleSentences: Record<SyncTroubleView, MessageId> = {
  unreachable: 'trouble.unreachable',
  certificate: 'trouble.certificate',
  notPreau: 'trouble.notPreau',
  busy: 'trouble.busy',
  signInAgain: 'trouble.signInAgain',
  diskFull: 'trouble.diskFull',
  serverFault: 'trouble.serverFault',
};

/** The server's codes for an operation or a request it refused (protocol, `ErrorCode`). */
const refusals = {
  sign_in_refused: 'refusal.session',
  sign_in_required: 'refusal.session',
  personal_code_required: 'refusal.session',
  too_many_attempts: 'refusal.later',
  busy: 'refusal.later',
  address_lookup_unavailable: 'refusal.later',
  personal_code_refused: 'refusal.invalid',
  identifiant_refused: 'refusal.invalid',
  invalid_request: 'refusal.invalid',
  invalid_operation: 'refusal.invalid',
  too_large: 'refusal.tooLarge',
  forbidden: 'refusal.forbidden',
  not_found: 'refusal.notFound',
  conflict: 'refusal.stale',
  stale_value: 'refusal.stale',
  internal: 'refusal.serverFault',
  unknown_operation: 'refusal.unknownOperation',
  operation_reused: 'refusal.reused',
  operation_cancelled: 'refusal.cancelled',
  already_applied: 'refusal.alreadyApplied',
  nothing_changes: 'refusal.nothingChanges',
  already_waiting: 'refusal.alreadyWaiting',
  days_refused: 'refusal.daysRefused',
  co_holder_exists: 'refusal.coHolderExists',
  invitation_refused: 'refusal.invalid',
  letters_unavailable: 'refusal.lettersUnavailable',
} as const satisfies Record<string, MessageId>;

/** The sentence of a server's code; an honest one when this version does not know the code. */
export function refusalSentence(code: string): MessageId {
  return Object.hasOwn(refusals, code) ? refusals[code as keyof typeof refusals] : 'refusal.unknown';
}

/**
 * What to quote to the town hall: only for a fault, never for a rule that one can keep by oneself. The beginning of the
 * request's id, « 0199 4a7c »: short enough for the telephone, and enough to find it in the server's log.
 */
export function reference({ code, requestId }: Failure): string | null {
  if (requestId === null || (code !== 'serverFault' && code !== 'internal')) return null;
  return [requestId.slice(0, 4), requestId.slice(4, 8)].filter(Boolean).join('\u00a0');
}

/** Whatever was thrown, as a failure: what the bridge rejects with, or a fault of the application. */
export function asFailure(thrown: unknown): Failure {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
    const { code } = thrown;
    if (typeof code === 'string' && Object.hasOwn(failureSentences, code)) {
      const failure = thrown as Failure;
      return { code: failure.code, retryAfter: failure.retryAfter ?? null, requestId: failure.requestId ?? null };
    }
  }
  return { code: 'internal', retryAfter: null, requestId: null };
}
