import { isIpv6, prefixBits, prefixLength, type Address, type Prefix } from '@patronus/core';

/** Tells whether an address lies in any of thousands of prefixes, by one look-up for each length that occurs. */
export class PrefixTable {
  readonly #prefixes = new Set<string>();
  readonly #lengths: readonly { readonly ipv6: boolean; readonly length: number }[];

  constructor(prefixes: readonly Prefix[]) {
    for (const prefix of prefixes) this.#prefixes.add(keyOf(isIpv6(prefix), prefixBits(prefix)));
    const lengths = new Map(
      prefixes.map((prefix) => {
        const [ipv6, length] = [isIpv6(prefix), prefixLength(prefix)];
        return [`${ipv6} ${length}`, { ipv6, length }] as const;
      }),
    );
    this.#lengths = [...lengths.values()];
  }

  has(address: Address): boolean {
    const ipv6 = isIpv6(address);
    const bits = prefixBits(`${address}/${ipv6 ? 128 : 32}` as Prefix);
    return this.#lengths.some(
      (each) => each.ipv6 === ipv6 && this.#prefixes.has(keyOf(ipv6, bits.slice(0, each.length))),
    );
  }
}

const keyOf = (ipv6: boolean, bits: string): string => `${ipv6 ? 6 : 4} ${bits}`;
