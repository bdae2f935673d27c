import { backend } from '../../lib/ipc';
import { useSpaceQuery } from '../../lib/session';

/** The family in lines, what is to do, and the live facts of the tiles. */
export const useHome = () => useSpaceQuery(['home'], backend.home);
