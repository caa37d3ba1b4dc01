import { parseAddress } from '@patronus/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4At, ipv6At } from './text.ts';

describe('an address in octets', () => {
  it('becomes the canonical text', () => {
    const group = fc.oneof(fc.constant([0, 0]), fc.tuple(fc.nat(255), fc.nat(255)));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = Uint8Array.from(groups.flat());
        const isMapped = bytes.subarray(0, 10).every((octet) => octet === 0) && bytes[10] === 255 && bytes[11] === 255;
        fc.pre(!isMapped);
        const text = ipv6At(bytes, 0);
        expect(parseAddress(text)).toEqual({ ok: true, value: text });
        expect(parseAddress(ipv4At(bytes, 0))).toEqual({ ok: true, value: ipv4At(bytes, 0) });
      }),
    );
  });
});
