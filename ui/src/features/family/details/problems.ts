import { type MessageId, useText } from '../../../lib/i18n';
import type { DetailsView, FieldProblemView, FieldRuleView } from '../../../lib/ipc';
import { addressParts, addressPath, adultParts, adultPath, type Path } from './draft';

const rules: Record<FieldRuleView, MessageId> = {
  empty: 'details.rule.empty',
  lineTooLong: 'details.rule.lineTooLong',
  postcode: 'details.rule.postcode',
  phone: 'details.rule.phone',
  email: 'details.rule.email',
  alreadyWaiting: 'details.rule.alreadyWaiting',
};

/** The sentence of a field's problem, beginning with the field's name so that it stands alone in the summary. */
export function useProblemSentence(details: DetailsView, problems: readonly FieldProblemView[]) {
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
  return (path: Path): string | undefined => {
    const problem = problems.find(({ field }) => field === path);
    return problem && t('details.problem', { field: names.get(path) ?? path, rule: t(rules[problem.rule]) });
  };
}
