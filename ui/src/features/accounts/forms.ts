/** Rules of form. What the server decides is never repeated here; what the client decides is asked of it. */
import * as v from 'valibot';
import type { MessageId } from '../../lib/i18n';
import { backend } from '../../lib/ipc';

const filled = (sentence: MessageId) => v.pipe(v.string(), v.trim(), v.minLength(1, sentence));
const secret = (sentence: MessageId) => v.pipe(v.string(), v.minLength(1, sentence));

/** The shortest passphrase the client takes. */
const passphraseLength = 8;

/**
 * How every form is checked: all that is wrong at once (without `all`, a rule between fields waits until each field is
 * right by itself), again at each key once something is wrong. The summary takes the focus.
 */
export const checking = { criteriaMode: 'all', reValidateMode: 'onChange', shouldFocusError: false } as const;

interface Keeping {
  keep: 'keychain' | 'passphrase' | 'memoryOnly';
  passphrase: string;
}

/** A rule that counts only where a passphrase is chosen. */
const ofPassphrase = <T extends Keeping>(rule: (typed: T) => boolean, sentence: MessageId) =>
  v.check<T, MessageId>((typed) => typed.keep !== 'passphrase' || rule(typed), sentence);

export const signInForm = v.pipe(
  v.object({
    identifiant: filled('accounts.identifiant.empty'),
    code: secret('accounts.code.empty'),
    keep: v.picklist(['keychain', 'passphrase', 'memoryOnly']),
    passphrase: v.string(),
    again: v.string(),
  }),
  v.forward(
    ofPassphrase(({ passphrase }) => passphrase !== '', 'accounts.passphrase.empty'),
    ['passphrase'],
  ),
  v.forward(
    ofPassphrase(({ passphrase }) => passphrase.length >= passphraseLength, 'failure.passphraseTooShort'),
    ['passphrase'],
  ),
  v.forward(
    ofPassphrase(({ passphrase, again }) => passphrase === again, 'accounts.passphrase.differs'),
    ['again'],
  ),
);

/** To a space that is there already: nothing else is asked. */
export const signBackInForm = v.object({
  identifiant: filled('accounts.identifiant.empty'),
  code: secret('accounts.code.empty'),
});

/** A code to choose: the rules are the client's. Without its answer, the server's will do. */
const newCode = v.pipeAsync(
  secret('accounts.newCode.empty'),
  v.checkAsync(
    (code) =>
      backend.checkPersonalCode(code).then(
        (check) => Object.values(check).every(Boolean),
        () => true,
      ),
    'accounts.newCode.weak' satisfies MessageId,
  ),
);

export const newCodeForm = v.pipeAsync(
  v.objectAsync({ code: newCode, again: secret('accounts.newCode.againEmpty') }),
  v.forward(
    v.check(({ code, again }) => code === again, 'accounts.newCode.differs' satisfies MessageId),
    ['again'],
  ),
);

export const changeCodeForm = v.pipeAsync(
  v.objectAsync({
    current: secret('accounts.currentCode.empty'),
    code: newCode,
    again: secret('accounts.newCode.againEmpty'),
  }),
  v.forward(
    v.check(({ code, again }) => code === again, 'accounts.newCode.differs' satisfies MessageId),
    ['again'],
  ),
);

export const changeIdentifiantForm = v.object({
  identifiant: filled('accounts.identifiant.newEmpty'),
  code: secret('accounts.currentCode.empty'),
});

/** A PIN to choose, in the client's own form: it decides. */
const newPin = v.pipe(secret('account.pin.newEmpty'), v.regex(/^\d{4,8}$/, 'failure.pinRefused' satisfies MessageId));

export const choosePinForm = (hasPin: boolean) =>
  v.pipe(
    v.object({
      current: hasPin ? secret('account.pin.currentEmpty') : v.string(),
      pin: newPin,
      again: secret('account.pin.againEmpty'),
    }),
    v.forward(
      v.check(({ pin, again }) => pin === again, 'account.pin.differs' satisfies MessageId),
      ['again'],
    ),
  );

export const inviteForm = v.object({
  firstName: filled('account.coHolder.firstNameEmpty'),
  lastName: filled('account.coHolder.lastNameEmpty'),
  email: v.pipe(filled('account.coHolder.emailEmpty'), v.email('account.coHolder.emailWrong' satisfies MessageId)),
  code: secret('account.coHolder.codeEmpty'),
});
