import type { LineDirection } from '../wan/impairment.ts';
import { transitDevice } from './line-script.ts';

/** The emulator's part of a line as the netdev rules see it. */
export interface LineWiring {
  /** The provider's device towards the site. */
  readonly siteDevice: string;
  /** The device that frames from the site are handed to, and whose own go to the site; null where they are routed. */
  readonly wireDevice: string | null;
}

/**
 * The whole netdev ruleset of a line's provider, in one transaction: frames that are dropped without a trace in the
 * directions that are blacked out, and the join of the site's device with the emulator's.
 */
export function lineRules(wiring: LineWiring, blackedOut: readonly LineDirection[]): string {
  const { siteDevice, wireDevice } = wiring;
  const drop = (direction: LineDirection): string[] => (blackedOut.includes(direction) ? ['drop'] : []);
  const forward = (device: string | null): string[] => (device === null ? [] : [`fwd to "${device}"`]);
  const chain = (name: string, device: string, rules: readonly string[]): string =>
    [
      `  chain ${name} {`,
      `    type filter hook ingress device "${device}" priority 0;`,
      ...rules.map((r) => `    ${r}`),
      '  }',
    ].join('\n');
  return [
    'table netdev lab',
    'delete table netdev lab',
    'table netdev lab {',
    chain('out', siteDevice, [...drop('out'), ...forward(wireDevice)]),
    ...(wireDevice === null ? [] : [chain('wire', wireDevice, forward(siteDevice))]),
    chain('in', transitDevice, drop('in')),
    '}',
  ].join('\n');
}
