import { useEffect, useRef } from 'react';
import { backend, type ChangeDetailsRequest, type FieldProblemView } from '../../../lib/ipc';
import { byOthers } from './problems';

/**
 * After an attempt that failed, what is typed is read again at each stop: a message goes away when its field is mended,
 * and no new one appears before the next attempt. What others did stays told until then.
 */
export function useMended(
  request: ChangeDetailsRequest,
  problems: readonly FieldProblemView[],
  keep: (problems: readonly FieldProblemView[]) => void,
): void {
  const typed = JSON.stringify(request);
  const shown = useRef(problems);
  useEffect(() => {
    shown.current = problems;
  }, [problems]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked when something is typed, not when an answer comes.
  useEffect(() => {
    if (problems.length === 0) return;
    let current = true;
    const timer = setTimeout(() => {
      backend.previewDetails(request).then(
        (answer) => {
          if (!current) return;
          const now = answer.type === 'toMend' ? answer.problems : [];
          keep(
            // An attempt made meanwhile counts: its messages are the ones to mend.
            shown.current.flatMap((known) =>
              byOthers(known) ? [known] : now.filter(({ field }) => field === known.field),
            ),
          );
        },
        // Without an answer the messages stay until the next attempt.
        () => undefined,
      );
    }, 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [typed]);
}
