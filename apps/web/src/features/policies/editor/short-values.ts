import { dscpNames } from '../describe-policy.ts';
import { textOf, type Json, type JsonObject } from './document-path.ts';

/** `443` or `16384-32767`. */
export function portText(range: Json): string {
  const { from, to } = range as JsonObject;
  return from === to ? textOf(from) : `${textOf(from)}-${textOf(to)}`;
}

/** Null for what is no port and no range. */
export function parsePorts(text: string): JsonObject | null {
  const [, from, to = from] = /^\s*(\d{1,5})(?:\s*[-–:]\s*(\d{1,5}))?\s*$/.exec(text) ?? [];
  return from === undefined ? null : { from: Number(from), to: Number(to) };
}

/** `46`, `ef`, `CS1`; null for what is neither number nor name. */
export function parseDscp(text: string): number | null {
  if (/^\s*\d{1,3}\s*$/.test(text)) return Number(text);
  const wanted = text.trim().toUpperCase();
  const found = Object.entries(dscpNames).find(([, name]) => name === wanted);
  return found === undefined ? null : Number(found[0]);
}

/** `EF`, or the number where it has no name. */
export const dscpName = (code: Json): string => dscpNames[Number(code)] ?? textOf(code);
