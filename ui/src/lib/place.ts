import { createContext } from 'react';

/** The commune's name, for the window's title; nothing before one is chosen. */
export const PlaceContext = createContext<string | null>(null);
