import { classMark } from '@patronus/core';

/** Bits of a mark that hold the class; the packet mark has one more, which tells encrypted packets. */
export const classMask = classMark(0xfff);

/** A mark as nft shows it. */
export const hex = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
