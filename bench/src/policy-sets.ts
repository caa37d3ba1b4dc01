import { randomBytes } from 'node:crypto';
import { prefix, type Policy, type Prefix } from '@patronus/core';
import { trialDocument } from '@patronus/edge/trial';
import { SystemCommandRunner } from '@patronus/linux';
import type { LocalFacts } from '@patronus/netconf';
import type { SiteDocument } from '@patronus/protocol';

/** Prefixes that each policy names: 10,000 for 1,000 policies. */
export const prefixesPerPolicy = 10;
export const policyCounts = [1, 10, 100, 1_000];

const defaultPolicy: Policy = { id: 1, class: 1, priority: 0, name: 'default', match: {}, action: { type: 'steer' } };
const first = 10 * 2 ** 24 + 64 * 2 ** 16;

/** The nth of the /28 within 10.64.0.0/10, where the far site of these benches has its LAN. */
export function farPrefix(index: number): Prefix {
  const at = first + index * 16;
  return prefix(`${[24, 16, 8, 0].map((shift) => (at >>> shift) & 255).join('.')}/28`);
}

/**
 * So many policies, and the default one behind them: each names ten prefixes of the far site, and by turns a protocol with
 * ports, a source, both, or nothing else.
 */
export function policySet(count: number): Policy[] {
  const made = Array.from({ length: count }, (_, index): Policy => {
    const prefixes = Array.from({ length: prefixesPerPolicy }, (_each, at) =>
      farPrefix(index * prefixesPerPolicy + at),
    );
    const port = 1_000 + (index % 500);
    const ports = { protocol: 'udp' as const, destinationPorts: [{ from: port, to: port + 1_000 }] };
    const source = { sourcePrefixes: [prefix(`10.0.0.${(index % 16) * 16}/28`)] };
    const more = [{}, ports, source, { ...ports, ...source }][index % 4]!;
    const head = { id: index + 2, class: index + 2, priority: count - index, name: `policy ${index + 2}` };
    return { ...head, match: { destinationPrefixes: prefixes, ...more }, action: { type: 'steer' } };
  });
  return [...made, defaultPolicy];
}

/** The document of an edge with these policies and no tunnels: what is measured is its ruleset. */
export const documentOf = (policies: readonly Policy[]): SiteDocument => ({
  ...trialDocument(0, { policies, ipv4Only: true, morePrefixes: [prefix('10.64.0.0/10')] }),
  tunnels: [],
  paths: [],
});

export const facts: LocalFacts = {
  uplinks: {},
  deadUplinks: [],
  lanAddresses: [],
  tunnelKeys: {},
  decisions: [],
  ruleset: null,
  countingEpoch: 'bench',
  programs: [],
  refused: new Set(),
  wallMs: 0,
  ipv6: false,
};

/** A network namespace to measure in, removed at the end. */
export class BenchNamespace {
  readonly name = `ptb${randomBytes(3).toString('hex')}`;

  static async create(): Promise<BenchNamespace> {
    const made = new BenchNamespace();
    await run(['netns', 'add', made.name]);
    return made;
  }

  run(tool: string, args: readonly string[], stdin = ''): Promise<string> {
    return run(['netns', 'exec', this.name, tool, ...args], stdin);
  }

  async remove(): Promise<void> {
    await run(['netns', 'delete', this.name]);
  }
}

const run = (args: readonly string[], stdin = ''): Promise<string> =>
  new SystemCommandRunner().run({ tool: 'ip', args, stdin, timeoutMs: 120_000 });
