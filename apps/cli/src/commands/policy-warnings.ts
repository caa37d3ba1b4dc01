import type { PolicyFinding } from '../api/resources.ts';
import type { Paint } from '../terminal.ts';

/** A line for each warning, to stand below an answer; an empty list for none. */
export const warningLines = (warnings: readonly PolicyFinding[] | undefined, paint: Paint): string[] =>
  (warnings ?? []).map(({ message }) => `${paint('yellow', 'warning')}: ${message}`);
