import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { messageOf, PatronusError, tunnelNamePattern } from '@patronus/core';
import {
  deviceIndex,
  listUserspaceTunnels,
  SystemCommandRunner,
  WireguardDevices,
  type BpfMap,
  type CommandRunner,
  type WireguardKeyStore,
} from '@patronus/linux';
import {
  describeStep,
  ipBatches,
  isShaping,
  nftDeletion,
  nftTransaction,
  parseConntrackLine,
  parseGateways,
  parseLinks,
  parseNextHops,
  parseNftCounters,
  parseNftTable,
  parseRoutes,
  parseRules,
  parseWgDump,
  parseWgEndpoints,
  parseWgTransfer,
  wgPeersText,
  type DuplicationState,
  type Kernel,
  type ObservedCopies,
  type ObservedCounter,
  type ObservedFarEnd,
  type ObservedFlow,
  type ObservedLink,
  type ObservedQueue,
  type ObservedState,
  type ObservedTraffic,
  type RoutingChange,
  type Step,
  type TunnelState,
} from '@patronus/netconf';
import { naming } from './batch-error.ts';
import { readConntrack } from './conntrack-lines.ts';
import { LinuxQueues } from './linux-queues.ts';

import { readCopies, readDuplication, writeDuplication, type DuplicationMaps } from './duplication-maps.ts';
import { TcPrograms } from './tc-programs.ts';

/** A daemon answers within milliseconds; one that is merely starved of processor time gets a second, longer chance. */
const wgLimitsMs = [5000, 20_000];

/** The kernel of this network namespace, by way of `ip`, `wg`, `nft` and /proc/sys. */
export class LinuxKernel implements Kernel {
  readonly #keys: WireguardKeyStore;
  readonly #runner: CommandRunner;
  readonly #devices: WireguardDevices;
  readonly #programs: TcPrograms;
  readonly #queues: LinuxQueues;

  constructor(keys: WireguardKeyStore, runner: CommandRunner = new SystemCommandRunner()) {
    this.#keys = keys;
    this.#runner = runner;
    this.#devices = new WireguardDevices(runner);
    this.#programs = new TcPrograms(runner);
    this.#queues = new LinuxQueues(runner);
  }

  async observe(sysctls: readonly string[]): Promise<ObservedState> {
    const [links, nextHops, routes, routes6, rules, rules6, gateways, gateways6, table] = await Promise.all([
      this.#ip('-j', 'address', 'show').then(parseLinks),
      this.#ip('-j', 'nexthop', 'show').then(parseNextHops),
      this.#ip('-4', '-j', 'route', 'show', 'table', 'all', 'proto', '80').then((json) => parseRoutes(json, 'inet')),
      this.#ip6('-j', 'route', 'show', 'table', 'all', 'proto', '80').then((json) => parseRoutes(json, 'inet6')),
      this.#ip('-4', '-j', 'rule', 'show').then((json) => parseRules(json, 'inet')),
      this.#ip6('-j', 'rule', 'show').then((json) => parseRules(json, 'inet6')),
      this.#ip('-4', '-j', 'route', 'show', 'table', 'main', 'default').then(parseGateways),
      this.#ip6('-j', 'route', 'show', 'table', 'main', 'default').then(parseGateways),
      this.#nftTable(),
    ]);
    const ours = links.filter(({ name }) => tunnelNamePattern.test(name));
    const tunnels = await Promise.all(ours.map((link) => this.#tunnel(link)));
    const shapers = await this.#queues.observe(links);
    const orphans = listUserspaceTunnels().filter(
      ({ name }) => tunnelNamePattern.test(name) && !ours.some((link) => link.name === name),
    );
    return {
      tunnels: tunnels.filter((tunnel) => tunnel !== null),
      brokenTunnels: [
        ...ours.filter((_, index) => tunnels[index] === null).map(({ name }) => name),
        ...orphans.map(({ name }) => name),
      ],
      ...nextHops,
      routes: [...routes, ...routes6],
      rules: [...rules, ...rules6],
      ruleset: table?.ruleset ?? null,
      shapers,
      counters: table?.counters ?? [],
      programs: this.#programs.observe(links.map(({ name }) => name)),
      duplication: this.#duplication(),
      sysctls: Object.fromEntries(sysctls.flatMap((key) => readSysctl(key))),
      links,
      gateways: [...gateways, ...gateways6],
      ipv6: hasIpv6(),
    };
  }

  async counters(): Promise<readonly ObservedCounter[]> {
    const args = ['-j', 'list', 'counters', 'table', 'inet', 'patronus'];
    const json = await ifPresent(this.#runner.run({ tool: 'nft', args }));
    return json === null ? [] : parseNftCounters(json);
  }

  async traffic(): Promise<readonly ObservedTraffic[]> {
    return parseWgTransfer(await this.#wg('show', 'all', 'transfer'));
  }

  async farEnds(): Promise<readonly ObservedFarEnd[]> {
    return parseWgEndpoints(await this.#wg('show', 'all', 'endpoints'));
  }

  queues(): Promise<readonly ObservedQueue[]> {
    return this.#queues.queues();
  }

  async copies(): Promise<readonly ObservedCopies[]> {
    if (!this.#programs.isAttached('duplicate')) return [];
    const links = parseLinks(await this.#ip('-j', 'address', 'show'));
    const tunnels = links.filter(({ name }) => tunnelNamePattern.test(name));
    return readCopies(
      this.#programs.map('duplicate', 'dup_counters'),
      this.#programs.map('duplicate', 'dup_self'),
      new Map(tunnels.map(({ name }) => [deviceIndex(name), name])),
    );
  }

  flows(): Promise<readonly ObservedFlow[] | null> {
    return readConntrack(parseConntrackLine);
  }

  async execute(step: Step): Promise<void> {
    try {
      await this.#execute(step);
    } catch (error) {
      if (error instanceof PatronusError && error.code !== 'command_failed') throw error;
      throw new PatronusError('kernel_refused', `the kernel refused to ${describeStep(step)}: ${messageOf(error)}`, {
        cause: error,
        facts: { step: describeStep(step) },
      });
    }
  }

  async #execute(step: Step): Promise<void> {
    if (isShaping(step)) return this.#queues.execute(step);
    switch (step.do) {
      case 'set_sysctl':
        writeFileSync(`/proc/sys/${step.key}`, step.value);
        return;
      case 'create_tunnel':
        await this.#devices.create(step.name);
        return;
      case 'configure_tunnel':
        await this.#wg('set', step.name, ...this.#socketArguments(step));
        return;
      case 'raise_tunnel':
        await this.#ip('link', 'set', 'dev', step.name, 'mtu', String(step.mtu), 'up');
        return;
      case 'set_peers': {
        const args = ['addconf', step.name, '/dev/stdin'];
        await this.#runner.run({ tool: 'wg', args, stdin: wgPeersText(step.peers), stdinByName: true });
        return;
      }
      case 'remove_peers':
        await this.#wg('set', step.name, ...step.publicKeys.flatMap((key) => ['peer', key, 'remove']));
        return;
      case 'delete_tunnel':
        await this.#devices.delete(step.name);
        return;
      case 'change_routing':
        await this.#changeRouting(step.changes);
        return;
      case 'replace_ruleset':
        await this.#runner.run({ tool: 'nft', args: ['-f', '-'], stdin: nftTransaction(step.ruleset, step.previous) });
        return;
      case 'delete_ruleset':
        await this.#runner.run({ tool: 'nft', args: ['-f', '-'], stdin: nftDeletion });
        return;
      case 'attach_program':
        if (step.program.program === 'pt_dscp_note') this.#requireKernelTunnel(step.program.device);
        this.#programs.attach(step.program);
        return;
      case 'detach_program':
        await this.#programs.detach(step.program);
        return;
      case 'set_duplication':
        writeDuplication(this.#duplicationMaps(), step.duplication);
    }
  }

  #requireKernelTunnel(name: string): void {
    if (this.#devices.serving(name).length === 0) return;
    const problem = `wireguard-go serves tunnel ${name} and keeps nothing of a packet that tells its code point`;
    throw new PatronusError(
      'unsupported_kernel',
      `${problem}; load the kernel module wireguard, then restart the edge`,
    );
  }

  #duplication(): DuplicationState | null {
    return this.#programs.isAttached('duplicate') ? readDuplication(this.#duplicationMaps()) : null;
  }

  #duplicationMaps(): DuplicationMaps {
    const map = (name: string): BpfMap => this.#programs.map('duplicate', name);
    return { dup_self: map('dup_self'), dup_classes: map('dup_classes'), dup_sites: map('dup_sites') };
  }

  #socketArguments(step: Extract<Step, { do: 'configure_tunnel' }>): string[] {
    const key = this.#keys.pathOf(step.name);
    return ['listen-port', String(step.listenPort), 'fwmark', `0x${step.fwmark.toString(16)}`, 'private-key', key];
  }

  async #changeRouting(changes: readonly RoutingChange[]): Promise<void> {
    for (const { option, text } of ipBatches(changes, { ipv6: hasIpv6() })) {
      const args = [...(option === null ? [] : [option]), '-batch', '-'];
      try {
        await this.#runner.run({ tool: 'ip', args, stdin: text });
      } catch (error) {
        throw naming(error, 'ip', text);
      }
    }
  }

  /** Null where the interface does not answer as a WireGuard one. */
  async #tunnel(link: ObservedLink): Promise<TunnelState | null> {
    const dump = await this.#dump(link.name);
    const state = parseWgDump(dump);
    if (state === null) return null;
    const { name, up, mtu } = link;
    const addresses = link.addresses.filter(
      ({ address, prefixLength }) => prefixLength === 32 && !address.includes(':'),
    );
    return { name, up, mtu, addresses: addresses.map(({ address }) => address), ...state };
  }

  /** Empty where the interface gives no answer. */
  async #dump(name: string): Promise<string> {
    for (const timeoutMs of wgLimitsMs) {
      try {
        return await this.#runner.run({ tool: 'wg', args: ['show', name, 'dump'], timeoutMs });
      } catch (error) {
        if (!(error instanceof PatronusError) || error.code === 'missing_tool') throw error;
        if (error.code !== 'command_timeout') return '';
      }
    }
    return '';
  }

  async #nftTable(): Promise<ReturnType<typeof parseNftTable> | null> {
    const args = ['-j', 'list', 'table', 'inet', 'patronus'];
    const json = await ifPresent(this.#runner.run({ tool: 'nft', args }));
    return json === null ? null : parseNftTable(json);
  }

  #ip(...args: string[]): Promise<string> {
    return this.#runner.run({ tool: 'ip', args });
  }

  /** A listing of IPv6 state, empty where the kernel does not speak it. */
  #ip6(...args: string[]): Promise<string> {
    return hasIpv6() ? this.#ip('-6', ...args) : Promise.resolve('');
  }

  #wg(...args: string[]): Promise<string> {
    return this.#runner.run({ tool: 'wg', args });
  }
}

/** The output of a listing, or null where what it lists does not exist. */
async function ifPresent(listing: Promise<string>): Promise<string | null> {
  try {
    return await listing;
  } catch (error) {
    if (/No such file or directory/.test(messageOf(error))) return null;
    throw error;
  }
}

function readSysctl(key: string): [string, string][] {
  try {
    return [[key, readFileSync(`/proc/sys/${key}`, 'utf8').trim()]];
  } catch {
    return [];
  }
}

const hasIpv6 = (): boolean =>
  existsSync('/proc/net/if_inet6') && readSysctl('net/ipv6/conf/all/disable_ipv6')[0]?.[1] === '0';
