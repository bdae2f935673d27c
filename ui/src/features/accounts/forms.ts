/** Rules of form that need nobody's answer. What the client or the server decides is never repeated here. */
import * as v from 'valibot';
import type { MessageId } from '../../lib/i18n';

const filled = (sentence: MessageId) => v.pipe(v.string(), v.trim(), v.minLength(1, sentence));
const secret = (sentence: MessageId) => v.pipe(v.string(), v.minLength(1, sentence));

/** The shortest passphrase the client takes. */
const passphraseLength = 8;

export const signInForm = v.pipe(
  v.object({
    identifiant: filled('accounts.identifiant.empty'),
    code: secret('accounts.code.empty'),
    keep: v.picklist(['keychain', 'passphrase', 'memoryOnly']),
    passphrase: v.string(),
  }),
  v.forward(
    v.check(
      ({ keep, passphrase }) => keep !== 'passphrase' || passphrase.length >= passphraseLength,
      'failure.passphraseTooShort' satisfies MessageId,
    ),
    ['passphrase'],
  ),
);

export const newCodeForm = v.pipe(
  v.object({ code: secret('accounts.newCode.empty'), again: v.string() }),
  v.forward(
    v.check(({ code, again }) => code === again, 'accounts.newCode.differs' satisfies MessageId),
    ['again'],
  ),
);

export const changeCodeForm = v.pipe(
  v.object({
    current: secret('accounts.currentCode.empty'),
    code: secret('accounts.newCode.empty'),
    again: v.string(),
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
