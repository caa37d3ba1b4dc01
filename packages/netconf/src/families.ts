import type { Family } from './kernel-state.ts';

export const families: readonly Family[] = ['inet', 'inet6'];

/** What names of sets and chains of a family end in. */
export const familySuffix = (family: Family): string => (family === 'inet' ? 'v4' : 'v6');
