import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Timer, Timers } from '@patronus/core';

/** A change of the kernel's network state, as `ip monitor` tells it. */
export type LinkEvent =
  | { readonly kind: 'link'; readonly device: string; readonly up: boolean; readonly carrier: boolean }
  | { readonly kind: 'link_deleted'; readonly device: string }
  | { readonly kind: 'address'; readonly deleted: boolean; readonly device: string }
  | {
      readonly kind: 'route' | 'rule' | 'next_hop';
      readonly deleted: boolean;
      /** Routing protocol number or name; null where `ip` does not tell. */
      readonly protocol: string | null;
      readonly text: string;
    }
  /** Events were lost, or the monitor started again: anything may have changed. */
  | { readonly kind: 'resync' };

/** A pause that keeps a monitor that cannot start from taking a whole core. */
const restartMs = 500;

/** Follows devices, addresses, routes, rules and next hops of this network namespace by one long-lived `ip monitor`. */
export class LinkMonitor {
  readonly #timers: Timers;
  readonly #listener: (event: LinkEvent) => void;
  #child: ChildProcess | null = null;
  #restart: Timer | null = null;
  #stopped = false;

  /** Starts at once; the first event is `resync`. */
  constructor(timers: Timers, listener: (event: LinkEvent) => void) {
    this.#timers = timers;
    this.#listener = listener;
    this.#start();
  }

  stop(): void {
    this.#stopped = true;
    this.#restart?.cancel();
    this.#child?.kill('SIGKILL');
  }

  #start(): void {
    const child = spawn('ip', ['-o', 'monitor', 'label', 'link', 'address', 'route', 'rule', 'nexthop'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parseMonitorLine(line);
      if (event !== null && !this.#stopped) this.#listener(event);
    });
    // "netlink receive error No buffer space available" and the like
    child.stderr.on('data', () => this.#resync());
    child.on('error', () => this.#ended());
    child.on('exit', () => this.#ended());
    this.#resync();
  }

  #resync(): void {
    if (!this.#stopped) this.#listener({ kind: 'resync' });
  }

  #ended(): void {
    if (this.#stopped || this.#child === null) return;
    this.#child = null;
    this.#restart = this.#timers.after('restart of ip monitor', restartMs, () => this.#start());
  }
}

/** One line of `ip -o monitor label …`; null for what nobody here asks about. */
export function parseMonitorLine(line: string): LinkEvent | null {
  const match = /^\[(LINK|ADDR|ROUTE|RULE|NEXTHOP)\](Deleted )?(.*)$/.exec(line.trim());
  if (match === null) return null;
  const [, label, deletedText, text = ''] = match;
  const deleted = deletedText !== undefined;
  if (label === 'LINK') return parseLink(text, deleted);
  if (label === 'ADDR') {
    const device = /^\d+: (\S+)/.exec(text)?.[1];
    return device === undefined ? null : { kind: 'address', deleted, device };
  }
  const kind = label === 'ROUTE' ? 'route' : label === 'RULE' ? 'rule' : 'next_hop';
  return { kind, deleted, protocol: / proto (\S+)/.exec(text)?.[1] ?? null, text: text.trim() };
}

function parseLink(text: string, deleted: boolean): LinkEvent | null {
  const match = /^\d+: ([^:@\s]+)(?:@[^:\s]+)?: <([^>]*)>/.exec(text);
  if (match === null) return null;
  const device = match[1]!;
  if (deleted) return { kind: 'link_deleted', device };
  const flags = match[2]!.split(',');
  return {
    kind: 'link',
    device,
    up: flags.includes('UP'),
    carrier: !flags.includes('NO-CARRIER') && flags.includes('LOWER_UP'),
  };
}
