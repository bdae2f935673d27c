import { useQuery } from '@tanstack/react-query';
import { backend } from '../../lib/ipc';
import { spaceKey, useSpace } from '../../lib/session';

export const homeQuery = (profileId: string) => ({ queryKey: spaceKey(profileId, 'home'), queryFn: backend.home });

/** The family in lines, what is to do, and the live facts of the tiles. */
export const useHome = () => useQuery(homeQuery(useSpace().profile.id));
