import { ok } from '@patronus/core';
import type { Moment } from './scenario.ts';
import { parseDuration } from './units.ts';

/** `3s`, `cut`, `cut + 2s`; null for anything else. */
export function parseMoment(text: string): Moment | null {
  const fromStart = parseDuration(text);
  if (fromStart.ok) return { step: null, offsetMs: fromStart.value };
  const [step, offset, ...more] = text.split('+').map((part) => part.trim());
  if (more.length > 0 || !/^[a-z][a-z0-9-]*$/.test(step!)) return null;
  const offsetMs = offset === undefined ? ok(0) : parseDuration(offset);
  return offsetMs.ok ? { step: step!, offsetMs: offsetMs.value } : null;
}
