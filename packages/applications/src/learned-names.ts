import type { Address, Clock } from '@patronus/core';

/** An address by a name of its server. */
export interface LearnedName {
  readonly address: Address;
  readonly name: string;
  /** How long it is still good, s. */
  readonly ttlSec: number;
}

/**
 * Addresses of a site's flows are some thousands; more than this many are those of a scan or an attack. One costs some 300
 * octets.
 */
export const maxLearnedAddresses = 16_384;
/** Names of one address: a content network serves thousands by one address, of which the latest matter. */
const maxNamesPerAddress = 16;
/**
 * Programs keep using an address after its record is over: browsers keep it for a minute, resolvers of operating systems longer,
 * and records of content networks live for 20 s. Shorter, and such flows would be unknown; longer, and an address that was
 * given to another server would stand for the wrong name.
 */
export const minLearnedSec = 300;
/** A record may live for a week; the address is looked up again long before. */
export const maxLearnedSec = 86_400;

/** How long what a record with this TTL taught is kept, s. */
export const learnedSeconds = (ttlSec: number): number => Math.min(maxLearnedSec, Math.max(minLearnedSec, ttlSec));

/** The names by which servers were called, by their addresses, for as long as they are good. */
export class LearnedNames {
  readonly #clock: Clock;
  /** Addresses in order of when something was last learned of them; names with their ends by the monotonic clock, ms. */
  readonly #byAddress = new Map<Address, Map<string, number>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many addresses it holds, those that are over and were not looked at since among them. */
  get size(): number {
    return this.#byAddress.size;
  }

  /** Learns that an address has these names; answers the address that had to go for want of room, or null. */
  learn(address: Address, names: readonly string[], ttlSec: number): Address | null {
    const until = this.#clock.now() + learnedSeconds(ttlSec) * 1000;
    const known = this.#byAddress.get(address) ?? new Map<string, number>();
    this.#byAddress.delete(address);
    this.#byAddress.set(address, known);
    // The name that was asked for is to be the latest.
    for (const name of names.toReversed()) {
      const end = Math.max(until, known.get(name) ?? 0);
      known.delete(name);
      known.set(name, end);
    }
    while (known.size > maxNamesPerAddress) known.delete(known.keys().next().value!);
    if (this.#byAddress.size <= maxLearnedAddresses) return null;
    const oldest = this.#byAddress.keys().next().value!;
    this.#byAddress.delete(oldest);
    return oldest;
  }

  /** Names of an address that are still good, the one learned last first. */
  namesOf(address: Address): string[] {
    const known = this.#byAddress.get(address);
    if (known === undefined) return [];
    const now = this.#clock.now();
    for (const [name, until] of known) if (until <= now) known.delete(name);
    if (known.size === 0) this.#byAddress.delete(address);
    return [...known.keys()].toReversed();
  }

  /** Everything that is still good. */
  all(): LearnedName[] {
    const now = this.#clock.now();
    return [...this.#byAddress].flatMap(([address, names]) =>
      [...names].flatMap(([name, until]) =>
        until > now ? [{ address, name, ttlSec: Math.ceil((until - now) / 1000) }] : [],
      ),
    );
  }
}
