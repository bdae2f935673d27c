import type { FieldErrors, FieldValues } from 'react-hook-form';
import { type MessageId, useText } from '../lib/i18n';
import type { Problem } from './ErrorSummary';

/** The broken rules of a form, as sentences: by field, and in order for the summary. */
export function useProblems<T extends FieldValues>(
  errors: FieldErrors<T>,
  order: readonly (keyof T & string)[],
  prefix: string,
) {
  const { t } = useText();
  const sentence = (name: keyof T & string): string | undefined => {
    const id = errors[name]?.message;
    return typeof id === 'string' ? t(id as MessageId) : undefined;
  };
  const problems: Problem[] = order.flatMap((name) => {
    const words = sentence(name);
    return words ? [{ field: `${prefix}-${name}`, sentence: words }] : [];
  });
  return { sentence, problems };
}
