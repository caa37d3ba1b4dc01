import type { Timer, Timers } from '@patronus/core';
import { ipv4ToNumber, SystemCommandRunner } from '@patronus/linux';
import { parseWgEndpoints } from '@patronus/netconf';
import { farEndKey, type FarEnds } from './flow-counter.ts';

/**
 * How often the tunnels are asked where their far ends call from: only those behind NAT need it, whose traffic is not counted
 * until then. More often costs a process each time.
 */
const everyMs = 5_000;

/** Tells where the far ends of the tunnels call from, now and then. */
export function watchFarEnds(timers: Timers, told: (farEnds: FarEnds) => void): Timer {
  const runner = new SystemCommandRunner();
  const ask = async (): Promise<void> => {
    const text = await runner.run({ tool: 'wg', args: ['show', 'all', 'endpoints'] });
    const farEnds = parseWgEndpoints(text).filter(({ address }) => !address.includes(':'));
    told(
      new Map(
        farEnds.map(({ tunnel, publicKey, address, port }) => [
          farEndKey(tunnel, publicKey),
          { address: ipv4ToNumber(address), port },
        ]),
      ),
    );
  };
  // without a tunnel there is nothing to tell
  return timers.every('far ends of tunnels', everyMs, () => void ask().catch(() => undefined));
}
