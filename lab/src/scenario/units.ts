import { err, ok, type Result } from '@patronus/core';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };

/** `350ms`, `3s`, `1.5 s`, `2min` as ms. */
export function parseDuration(text: string): Result<number, string> {
  const found = /^(\d+(?:\.\d+)?) ?(ms|s|min)$/.exec(text.trim());
  return found === null ? err(`"${text}" is no duration`) : ok(Number(found[1]) * unitMs[found[2]!]!);
}

export const formatDuration = (ms: number): string =>
  ms >= 1000 ? `${Number((ms / 1000).toFixed(2))} s` : `${Number(ms.toFixed(1))} ms`;
