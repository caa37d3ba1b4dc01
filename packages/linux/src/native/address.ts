import type { Address } from '@patronus/core';

/** The IPv4 address as a 32-bit number, `10.0.0.1` → 0x0a000001; packets are compared by it without making text. */
export const ipv4ToNumber = (address: Address): number =>
  address.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);

export const ipv4ToText = (value: number): Address =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.') as Address;

/** An address as the 4 or 16 octets that packets carry. */
export function addressOctets(address: Address): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
