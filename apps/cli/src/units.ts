import { InvalidArgumentError } from 'commander';

/** Readers of option values with units. Each throws commander's `InvalidArgumentError`, which becomes a usage error. */

const millisecondsPer: Record<string, number> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const bitsPer: Record<string, number> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };

/** A duration such as `150us`, `20ms`, `1.5s`, `5m`, `24h`, `7d`, in ms. */
export function parseDuration(text: string): number {
  const { value, unit } = numberAndUnit(text);
  const factor = value === 0 && unit === '' ? 1 : millisecondsPer[unit];
  if (factor === undefined || !(value >= 0)) {
    throw new InvalidArgumentError('Write a duration with its unit, such as 20ms, 1.5s or 24h.');
  }
  return value * factor;
}

/** A share such as `1%` or `0.5%`, in percent. */
export function parsePercent(text: string): number {
  const { value, unit } = numberAndUnit(text);
  if (!(value >= 0 && value <= 100) || (unit !== '%' && value !== 0)) {
    throw new InvalidArgumentError('Write a share between 0% and 100% with its sign, such as 1% or 0.5%.');
  }
  return value;
}

/** A rate such as `512kbit`, `10mbit`, `1gbit/s`, in bit/s. */
export function parseRate(text: string): number {
  const { value, unit } = numberAndUnit(text);
  const factor = bitsPer[unit.toLowerCase().replace(/\/s$/, '')];
  if (factor === undefined || !(value > 0)) {
    throw new InvalidArgumentError('Write a rate in bits with its unit, such as 512kbit, 10mbit or 1gbit.');
  }
  return value * factor;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** One port or a range, `5201` or `16384-32767`. */
export function parsePortRange(text: string): PortRange {
  const match = /^(\d{1,5})(?:[-–](\d{1,5}))?$/.exec(text.trim());
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (!(from >= 1 && to <= 65_535 && from <= to)) {
    throw new InvalidArgumentError('Write a port from 1 to 65535 or a range, such as 5201 or 16384-32767.');
  }
  return { from, to };
}

/** A DSCP code point 0–63, or its name: `ef`, `cs0`–`cs7`, `af11`–`af43` (RFC 2474, RFC 2597, RFC 3246). */
export function parseDscp(text: string): number {
  const name = text.trim().toLowerCase();
  if (name === 'ef') return 46;
  const selector = /^cs([0-7])$/.exec(name);
  if (selector) return Number(selector[1]) * 8;
  const assured = /^af([1-4])([1-3])$/.exec(name);
  if (assured) return Number(assured[1]) * 8 + Number(assured[2]) * 2;
  const value = parseInteger(0, 63)(text, undefined, 'Write a DSCP from 0 to 63 or its name, such as 46, ef or af41.');
  return value;
}

/** A reader of whole numbers within bounds, both included. */
export function parseInteger(least: number, most: number) {
  return (text: string, _previous?: unknown, remedy = `Write a whole number from ${least} to ${most}.`): number => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(remedy);
    return value;
  };
}

/** A reader of one of several words, in any case. */
export function parseWord<T extends string>(words: readonly T[]) {
  return (text: string): T => {
    const word = words.find((candidate) => candidate === text.trim().toLowerCase());
    if (word === undefined) throw new InvalidArgumentError(`Write one of ${words.join(', ')}.`);
    return word;
  };
}

/** Words separated by commas; an empty text is an empty list. */
export const parseList = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** Makes a repeatable option of a reader of one value: `--port 80 --port 443`, also `--port 80,443`. */
export function repeatable<T>(parse: (text: string) => T) {
  return (text: string, previous: readonly T[] | undefined): T[] => [
    ...(previous ?? []),
    ...parseList(text).map((word) => parse(word)),
  ];
}

/** The value of an option given as `none`; commander would take a null for "not given". */
export const none = Symbol('none');
export type None = typeof none;

/** Lets the word `none` take a value away. */
export const orNone =
  <T>(parse: (text: string) => T) =>
  (text: string): T | None =>
    text.trim().toLowerCase() === 'none' ? none : parse(text);

function numberAndUnit(text: string): { value: number; unit: string } {
  const match = /^(\d+(?:\.\d+)?|\.\d+)\s*(\S*)$/.exec(text.trim());
  return match === null ? { value: Number.NaN, unit: '' } : { value: Number(match[1]), unit: match[2]! };
}

/** A moment, as JavaScript reads dates, in unix ms. */
export function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Write a time such as 2026-01-31T08:00Z.');
  return time;
}

/** A time in unix ms: so long ago, or a date that JavaScript reads. */
export function parseSince(text: string): number {
  if (/^[\d.]+\s*[a-z]+$/.test(text)) return Date.now() - parseDuration(text);
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Write a duration such as 1h, or a time such as 2026-01-31T08:00Z.');
  return time;
}

/** `48.21,16.37` as degrees north and east. */
export function parsePlace(text: string): readonly [latitude: number, longitude: number] {
  const [latitude = Number.NaN, longitude = Number.NaN, ...more] = text
    .split(',')
    .map((part) => Number(part || Number.NaN));
  if (more.length === 0 && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return [latitude, longitude];
  throw new InvalidArgumentError('Write latitude and longitude in degrees, such as 48.21,16.37 or -33.92,18.42.');
}
