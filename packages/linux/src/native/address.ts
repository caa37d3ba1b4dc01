import type { Address } from '@patronus/core';

/** The IPv4 address as a 32-bit number, `10.0.0.1` → 0x0a000001; packets are compared by it without making text. */
export const ipv4ToNumber = (address: Address): number =>
  address.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);

export const ipv4ToText = (value: number): Address =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.') as Address;
