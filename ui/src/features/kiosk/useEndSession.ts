import { useMutation } from '@tanstack/react-query';
import { backend } from '../../lib/ipc';

/** « Terminer »: from here on everything of the person goes, this page included. */
export function useEndSession() {
  const ending = useMutation({ mutationFn: () => backend.endKioskSession() });
  return {
    end: () => ending.mutate(),
    busy: ending.isPending || ending.isSuccess,
    failure: ending.error,
    reset: ending.reset,
  };
}
