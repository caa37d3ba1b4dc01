import type { Address } from '@patronus/core';
import {
  describeStep,
  rulesetShape,
  isShaping,
  type Kernel,
  type AttachedProgram,
  type DuplicationState,
  type NextHopGroup,
  type ObservedCopies,
  type ObservedCounter,
  type ObservedFarEnd,
  type ObservedFlow,
  type ObservedLink,
  type ObservedProgram,
  type ObservedQueue,
  type ObservedState,
  type ObservedTraffic,
  type Route,
  type RulesetShape,
  type Step,
  type TunnelState,
} from '@patronus/netconf';
import { FakeFault } from './fake-kernel-fault.ts';
import { printKernel } from './fake-kernel-print.ts';
import { FakeRouting, refuse } from './fake-kernel-routing.ts';
import { FakeShaping } from './fake-kernel-shaping.ts';

/** Sysctls that a kernel has from its start, with their values at boot. */
const bootSysctls = {
  'net/ipv4/ip_forward': '0',
  'net/ipv4/fib_multipath_hash_policy': '0',
  'net/ipv4/nexthop_compat_mode': '1',
  'net/ipv4/conf/all/src_valid_mark': '0',
  'net/netfilter/nf_conntrack_acct': '0',
  'net/netfilter/nf_conntrack_checksum': '1',
  'net/netfilter/nf_conntrack_tcp_be_liberal': '0',
  'net/ipv6/conf/all/forwarding': '0',
  'net/ipv6/fib_multipath_hash_policy': '0',
};

/**
 * A kernel in memory, as strict as the real one: it refuses what exists already, what points at nothing, and what is not
 * there to be removed, and it takes with a device all that hangs on it.
 */
export class FakeKernel implements Kernel {
  readonly fault = new FakeFault();
  readonly executed: Step[] = [];
  knownCopies: readonly ObservedCopies[] = [];
  /** Null: it does not tell. */
  knownFlows: readonly ObservedFlow[] | null = [];
  readonly #links = new Map<string, ObservedLink>();
  readonly #gateways = new Map<string, Address>();
  readonly #tunnels = new Map<string, TunnelState>();
  readonly #routing = new FakeRouting((device) => this.#needsUp(device));
  readonly #shaping = new FakeShaping((device) => this.#links.has(device));
  readonly #sysctls = new Map<string, string>(Object.entries(bootSysctls));
  readonly #counters = new Map<string, ObservedCounter>();
  /** What was carried, by public key of the peer. */
  readonly #carried = new Map<string, Pick<ObservedTraffic, 'bytesSent' | 'bytesReceived'>>();
  /** Where peers called from, by public key. */
  readonly #heardFrom = new Map<string, Pick<ObservedFarEnd, 'address' | 'port'>>();
  #ruleset: RulesetShape | null = null;
  readonly #programs = new Map<string, ObservedProgram>();
  #duplication: DuplicationState | null = null;

  /** A kernel with these devices, each up and with its addresses (`192.0.2.1/24`) and perhaps a gateway. */
  constructor(devices: Readonly<Record<string, { addresses?: readonly string[]; gateway?: string }>> = {}) {
    for (const [name, { addresses = [], gateway }] of Object.entries(devices)) {
      this.#addLink(name, 1500, addresses);
      if (gateway !== undefined) this.#gateways.set(name, gateway as Address);
    }
  }

  async observe(sysctls: readonly string[]): Promise<ObservedState> {
    await this.fault.beforeReading();
    return {
      tunnels: [...this.#tunnels.values()],
      brokenTunnels: [],
      ...this.#routing.state(),
      ruleset: this.#ruleset,
      sysctls: Object.fromEntries(
        sysctls.flatMap((key) => (this.#sysctls.has(key) ? [[key, this.#sysctls.get(key)!]] : [])),
      ),
      programs: [...this.#programs.values()],
      duplication: this.#hasDuplication() ? this.#duplication : null,
      shapers: this.#shaping.observed(),
      counters: [...this.#counters.values()],
      links: [...this.#links.values()],
      gateways: [...this.#gateways].map(([device, address]) => ({ device, address })),
      ipv6: true,
    };
  }

  async counters(): Promise<readonly ObservedCounter[]> {
    return [...this.#counters.values()];
  }

  async queues(): Promise<readonly ObservedQueue[]> {
    return this.#shaping.queues();
  }

  async traffic(): Promise<readonly ObservedTraffic[]> {
    const none = { bytesSent: 0, bytesReceived: 0 };
    return [...this.#tunnels.values()].flatMap(({ name, peers }) =>
      peers.map(({ publicKey }) => ({ tunnel: name, publicKey, ...(this.#carried.get(publicKey) ?? none) })),
    );
  }

  async farEnds(): Promise<readonly ObservedFarEnd[]> {
    return [...this.#tunnels.values()].flatMap(({ name, peers }) =>
      peers.flatMap(({ publicKey, endpoint }) => {
        const heardFrom = this.#heardFrom.get(publicKey) ?? endpoint;
        return heardFrom === null ? [] : [{ tunnel: name, publicKey, ...heardFrom }];
      }),
    );
  }

  async copies(): Promise<readonly ObservedCopies[]> {
    return this.knownCopies;
  }

  async flows(): Promise<readonly ObservedFlow[] | null> {
    return this.knownFlows;
  }

  async execute(step: Step): Promise<void> {
    await this.fault.beforeStep(describeStep(step));
    this.executed.push(step);
    this.#execute(step);
    await this.fault.afterStep();
  }

  /** The state as text, sorted, for a person and for snapshots. */
  toString(): string {
    return printKernel({
      links: [...this.#links.values()],
      tunnels: [...this.#tunnels.values()],
      ...this.#routing.state(),
      ruleset: this.#ruleset,
      programs: [...this.#programs.values()],
      shapers: this.#shaping.observed(),
      sysctls: Object.fromEntries(this.#sysctls),
    });
  }

  /** Somebody deletes a device; the kernel takes its next hops, their groups and all routes over it along. */
  loseDevice(name: string): void {
    if (!this.#links.delete(name)) throw new TypeError(`there is no device ${name}`);
    this.#tunnels.delete(name);
    this.#sysctls.delete(`net/ipv4/conf/${name}/rp_filter`);
    this.#gateways.delete(name);
    this.#routing.loseDevice(name);
    for (const [place, program] of this.#programs) if (program.device === name) this.#programs.delete(place);
    this.#shaping.loseDevice(name);
  }

  /** Somebody deletes the first route that fits. */
  loseRoute(fits: (route: Route) => boolean): void {
    this.#routing.loseRoute(fits);
  }

  /** Somebody deletes our nft table. */
  loseRuleset(): void {
    this.#ruleset = null;
    this.#counters.clear();
  }

  /** Steering replaces the members of a group that exists. */
  steer(group: NextHopGroup): void {
    this.#routing.change({ verb: 'replace', object: 'group', group });
  }

  /** Traffic of a policy enters. */
  count(policyId: number, packets: number, bytes: number): void {
    const name = `policy_${policyId}`;
    const counter = this.#counters.get(name);
    if (counter === undefined) throw new TypeError(`there is no counter ${name}`);
    this.#counters.set(name, { ...counter, packets: counter.packets + packets, bytes: counter.bytes + bytes });
  }

  /** A tunnel has carried so many octets to and from a peer. */
  carry(publicKey: string, bytesSent: number, bytesReceived: number): void {
    this.#carried.set(publicKey, { bytesSent, bytesReceived });
  }

  /** A peer has called from here. */
  hearFrom(publicKey: string, address: string, port: number): void {
    this.#heardFrom.set(publicKey, { address: address as Address, port });
  }

  setGateway(device: string, gateway: string): void {
    this.#gateways.set(device, gateway as Address);
  }

  #execute(step: Step): void {
    if (isShaping(step)) return this.#shaping.execute(step);
    switch (step.do) {
      case 'set_sysctl':
        if (!this.#sysctls.has(step.key)) refuse(`no such sysctl ${step.key}`);
        this.#sysctls.set(step.key, step.value);
        return;
      case 'create_tunnel':
        this.#addLink(step.name, 1420, []);
        this.#links.set(step.name, { ...this.#links.get(step.name)!, up: false });
        this.#tunnels.set(step.name, {
          name: step.name,
          up: false,
          mtu: 1420,
          listenPort: 0,
          fwmark: 0,
          publicKey: '',
          addresses: [],
          peers: [],
        });
        return;
      case 'configure_tunnel': {
        const { listenPort, fwmark, publicKey } = step;
        const clash = [...this.#tunnels.values()].find(
          (other) => other.name !== step.name && other.listenPort === listenPort && other.up,
        );
        if (clash !== undefined) refuse(`port ${listenPort} is taken by ${clash.name}`);
        this.#changeTunnel(step.name, { listenPort, fwmark, publicKey });
        return;
      }
      case 'raise_tunnel':
        this.#changeTunnel(step.name, { mtu: step.mtu, up: true });
        this.#links.set(step.name, { ...this.#links.get(step.name)!, mtu: step.mtu, up: true });
        return;
      case 'set_peers':
        this.#setPeers(this.#tunnel(step.name), step.peers);
        return;
      case 'remove_peers': {
        const gone = new Set(step.publicKeys);
        const peers = this.#tunnel(step.name).peers.filter(({ publicKey }) => !gone.has(publicKey));
        this.#changeTunnel(step.name, { peers });
        return;
      }
      case 'delete_tunnel':
        this.#tunnel(step.name);
        this.loseDevice(step.name);
        return;
      case 'change_routing':
        for (const change of step.changes) {
          if (change.object === 'address') this.#changeAddress(change.verb, change.device, change.address);
          else this.#routing.change(change);
        }
        return;
      case 'replace_ruleset':
        this.#replaceRuleset(step);
        return;
      case 'delete_ruleset':
        this.loseRuleset();
        return;
      case 'attach_program':
        if (!this.#links.has(step.program.device)) refuse(`there is no device ${step.program.device}`);
        this.#programs.set(placeOf(step.program), step.program);
        return;
      case 'detach_program':
        this.#programs.delete(placeOf(step.program));
        return;
      case 'set_duplication':
        if (!this.#hasDuplication()) refuse('no program duplicates packets');
        this.#duplication = step.duplication;
    }
  }

  #hasDuplication(): boolean {
    return [...this.#programs.values()].some(({ program }) => program === 'pt_dup_in');
  }

  #replaceRuleset({ ruleset, previous }: Extract<Step, { do: 'replace_ruleset' }>): void {
    const standing = JSON.stringify(this.#ruleset);
    if (JSON.stringify(previous) !== standing) refuse('the transaction was made for another table than the one here');
    const next = rulesetShape(ruleset);
    this.#ruleset = next;
    for (const name of this.#counters.keys()) if (!next.counters.includes(name)) this.#counters.delete(name);
    for (const name of next.counters) {
      if (this.#counters.has(name)) continue;
      const policyId = Number(name.slice('policy_'.length));
      this.#counters.set(name, { policyId, epoch: ruleset.countingEpoch, packets: 0, bytes: 0 });
    }
  }

  #changeAddress(verb: 'add' | 'delete', device: string, address: Address): void {
    const tunnel = this.#tunnel(device);
    const present = tunnel.addresses.includes(address);
    if (present === (verb === 'add')) refuse(`${device} ${present ? 'has' : 'does not have'} ${address}`);
    const others = tunnel.addresses.filter((other) => other !== address);
    this.#changeTunnel(device, { addresses: verb === 'add' ? [...others, address] : others });
  }

  #setPeers(tunnel: TunnelState, changed: TunnelState['peers']): void {
    const peers = new Map(tunnel.peers.map((peer) => [peer.publicKey, peer]));
    for (const peer of changed) {
      for (const [key, other] of peers) {
        peers.set(key, {
          ...other,
          allowedIps: other.allowedIps.filter((prefix) => !peer.allowedIps.includes(prefix)),
        });
      }
      const endpoint = peer.endpoint ?? peers.get(peer.publicKey)?.endpoint ?? null;
      peers.set(peer.publicKey, { ...peer, endpoint });
    }
    this.#changeTunnel(tunnel.name, { peers: [...peers.values()] });
  }

  #addLink(name: string, mtu: number, addresses: readonly string[]): void {
    if (this.#links.has(name)) refuse(`device ${name} exists`);
    const split = addresses.map((text) => ({
      address: text.slice(0, text.indexOf('/')) as Address,
      prefixLength: Number(text.slice(text.indexOf('/') + 1)),
    }));
    this.#links.set(name, { name, up: true, carrier: true, mtu, addresses: split });
    this.#sysctls.set(`net/ipv4/conf/${name}/rp_filter`, '0');
  }

  #tunnel(name: string): TunnelState {
    return this.#tunnels.get(name) ?? refuse(`there is no tunnel ${name}`);
  }

  #changeTunnel(name: string, fields: Partial<TunnelState>): void {
    this.#tunnels.set(name, { ...this.#tunnel(name), ...fields });
  }

  #needsUp(device: string): void {
    const link = this.#links.get(device) ?? refuse(`there is no device ${device}`);
    if (!link.up) refuse(`device ${device} is down`);
  }
}

const placeOf = ({ device, hook, priority }: AttachedProgram): string => `${device} ${hook} ${priority}`;
