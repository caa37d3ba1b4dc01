import { messageOf, PatronusError, type Timer, type Timers } from '@patronus/core';
import {
  ipv4ToNumber,
  PathMeter,
  removePathMeters,
  SystemCommandRunner,
  type PathMeterDescriptors,
} from '@patronus/linux';
import { parseWgEndpoints } from '@patronus/netconf';
import { farEndKey, type FarEnds } from './flow-counter.ts';

/**
 * How often the tunnels are asked where their far ends call from: only those behind NAT need it, whose traffic is not counted
 * until then. More often costs a process each time.
 */
const farEndsMs = 5_000;

/** Takes the counting of any run away from every device of this network namespace. */
export async function removeUplinkMetering(): Promise<void> {
  const text = await new SystemCommandRunner().run({ tool: 'ip', args: ['-o', 'link', 'show'] });
  const devices = [...text.matchAll(/^\d+: ([^:@\s]+)/gm)].map((match) => match[1]!);
  try {
    removePathMeters(devices);
  } catch (error) {
    // a kernel or a machine that cannot run such programs has none
    if (!(error instanceof PatronusError) || error.code !== 'unsupported_kernel') throw error;
  }
}

/** The counting of traffic at the uplinks, as the main thread owns it. Where the machine cannot count, it says why. */
export class UplinkMetering {
  readonly #meter: PathMeter | null;
  readonly #runner = new SystemCommandRunner();
  readonly #poll: Timer | null;
  #problem: string | null = null;
  #devices: readonly string[] = [];

  /** @param told hears where far ends call from, now and then */
  constructor(timers: Timers, told: (farEnds: FarEnds) => void) {
    let meter: PathMeter | null = null;
    try {
      meter = PathMeter.load();
    } catch (error) {
      this.#problem = messageOf(error);
    }
    this.#meter = meter;
    this.#poll =
      meter === null ? null : timers.every('far ends of tunnels', farEndsMs, () => void this.#askFarEnds(told));
  }

  get descriptors(): PathMeterDescriptors | null {
    return this.#meter?.descriptors ?? null;
  }

  /** Why traffic is not counted, at some uplink or at all; null where it is. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Counts at these devices; to be called again when one may have been made anew. */
  watch(devices: readonly string[] = this.#devices): void {
    this.#devices = devices;
    if (this.#meter === null) return;
    const refused = [...this.#meter.watch(devices)].map(([device, reason]) => `${device}: ${reason}`);
    this.#problem = refused.length === 0 ? null : refused.join('; ');
  }

  close(): void {
    this.#poll?.cancel();
    this.#meter?.close();
  }

  async #askFarEnds(told: (farEnds: FarEnds) => void): Promise<void> {
    try {
      const text = await this.#runner.run({ tool: 'wg', args: ['show', 'all', 'endpoints'] });
      told(
        new Map(
          parseWgEndpoints(text)
            .filter(({ address }) => !address.includes(':'))
            .map(({ tunnel, publicKey, address, port }) => [
              farEndKey(tunnel, publicKey),
              { address: ipv4ToNumber(address), port },
            ]),
        ),
      );
    } catch {
      // there is no tunnel yet, or none any more
    }
  }
}
