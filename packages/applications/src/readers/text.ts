import type { Address } from '@patronus/core';

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Four octets as an IPv4 address. The caller has seen that they are there. */
export const ipv4At = (bytes: Uint8Array, at: number): Address =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}` as Address;

/** Sixteen octets as an IPv6 address in canonical form (RFC 5952, section 4; IPv4-mapped ones in groups as well). */
export function ipv6At(bytes: Uint8Array, at: number): Address {
  const groups: number[] = [];
  for (let index = 0; index < 16; index += 2) groups.push(bytes[at + index]! * 256 + bytes[at + index + 1]!);
  let [start, length] = [-1, 1];
  for (let index = 0; index < 8; index++) {
    let end = index;
    while (end < 8 && groups[end] === 0) end++;
    if (end - index > length) [start, length] = [index, end - index];
    index = Math.max(index, end - 1);
  }
  const text = (some: number[]): string => some.map((group) => group.toString(16)).join(':');
  if (start < 0) return text(groups) as Address;
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}` as Address;
}

/** Octets in hexadecimal, for the keys of maps. */
export function hexOf(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += hexDigits[bytes[at]!];
  return text;
}

/** Longest host name in text form. */
const maxHostName = 253;
const hostNameForm = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/;

/** A host name in lower case without the root's dot; null for anything else, an address among them. */
export function hostName(text: string): string | null {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (name.length > maxHostName || !hostNameForm.test(name) || name.includes('..')) return null;
  return /^[\d.]+$/.test(name) ? null : name;
}

/** The octets as Latin-1 text. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
