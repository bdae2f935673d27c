import { type MessageId, useText } from '../../../lib/i18n';
import type { DetailsView, FieldProblemView, FieldRuleView } from '../../../lib/ipc';
import { valueText } from '../../../lib/values';
import { addressParts, addressPath, adultParts, adultPath, controlId, type Path } from './draft';

const rules: Record<FieldRuleView, MessageId> = {
  empty: 'details.rule.empty',
  lineTooLong: 'details.rule.lineTooLong',
  postcode: 'details.rule.postcode',
  phone: 'details.rule.phone',
  email: 'details.rule.email',
  alreadyWaiting: 'details.rule.alreadyWaiting',
  changed: 'details.rule.changed',
};

/** Somebody else changed it meanwhile, or asked to: nothing of it is mended by typing. */
export const byOthers = ({ rule }: FieldProblemView): boolean => rule === 'changed' || rule === 'alreadyWaiting';

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/**
 * The problems of the form as sentences: under a field the rule alone, since its name stands above; in the summary with
 * the field's name, in the order of the screen.
 */
export function useProblemSentences(details: DetailsView, problems: readonly FieldProblemView[]) {
  const { t } = useText();
  const names = new Map<Path, string>([
    ...addressParts.map((part) => [addressPath(part), t(`details.part.${part}`)] as const),
    ...details.adults.flatMap((adult) =>
      adultParts.map(
        (part) =>
          [
            adultPath(adult.personId, part),
            t('details.of', { field: t(`details.field.${part}`), name: adult.name }),
          ] as const,
      ),
    ),
  ]);
  const rule = (path: Path): string | undefined => {
    const problem = problems.find(({ field }) => field === path);
    if (!problem) return undefined;
    return t(rules[problem.rule], problem.now === null ? {} : { now: valueText(problem.now, t) });
  };
  const order = [...names.keys()];
  return {
    sentence: (path: Path): string | undefined => {
      const words = rule(path);
      return words && capital(words);
    },
    summary: problems
      .map(({ field }) => field)
      .sort((one, other) => order.indexOf(one) - order.indexOf(other))
      .map((path) => ({
        field: controlId(path),
        sentence: t('details.problem', { field: names.get(path) ?? path, rule: rule(path) ?? '' }),
      })),
  };
}
