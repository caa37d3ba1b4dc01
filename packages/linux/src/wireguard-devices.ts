import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, PatronusError } from '@patronus/core';
import type { CommandRunner } from './command-runner.ts';
import {
  defaultSocketDirectory,
  listUserspaceTunnels,
  socketAnswers,
  socketPath,
  type UserspaceTunnel,
} from './userspace-tunnels.ts';

/** `wireguard-go` answers within 20 ms of its start; a machine that swaps needs much longer. */
const startLimitMs = 10_000;
const stopLimitMs = 5000;
const pollMs = 10;
const answerLimitMs = 1000;
/** Above all ordinary work, below the kernel's own threads. */
const lowestRealTime = '1';

/** Makes and removes WireGuard interfaces: the kernel's own, or where it has none, those of `wireguard-go`. */
export class WireguardDevices {
  readonly #runner: CommandRunner;
  readonly #socketDirectory: string;

  constructor(runner: CommandRunner, socketDirectory = defaultSocketDirectory) {
    this.#runner = runner;
    this.#socketDirectory = socketDirectory;
  }

  /**
   * Makes an interface, not yet up and without keys.
   * @throws PatronusError `address_in_use` where an interface of this name in another network namespace has the socket
   * path, as `wg` could not tell the two apart; `missing_tool`, `command_failed`, `timeout`
   */
  async create(name: string): Promise<'kernel' | 'userspace'> {
    if (!(await this.#exists(name))) await this.stopServing(this.serving(name));
    await this.#claimSocketPath(name);
    try {
      await this.#runner.run({ tool: 'ip', args: ['link', 'add', name, 'type', 'wireguard'] });
      return 'kernel';
    } catch (error) {
      if (!isUnknownType(error)) throw error;
    }
    await this.#runner.run({ tool: 'wireguard-go', args: [name], env: daemonEnvironment });
    await until(startLimitMs, `wireguard-go does not answer for ${name}`, () =>
      socketAnswers(this.#socket(name), answerLimitMs),
    );
    for (const { pid } of this.serving(name)) await this.#raisePriority(pid);
    return 'userspace';
  }

  /**
   * Lets the process run before ordinary work, as a tunnel in the kernel would: on a busy machine its stalls would look
   * like cuts of the line. Without the privilege it stays as it is.
   */
  async #raisePriority(pid: number): Promise<void> {
    const args = ['--all-tasks', '--rr', '--pid', lowestRealTime, String(pid)];
    await this.#runner.run({ tool: 'chrt', args }).catch(() => undefined);
  }

  /** Removes an interface, the process behind it, and what a dead process left; no error where there is nothing. */
  async delete(name: string): Promise<void> {
    const served = this.serving(name);
    try {
      await this.#runner.run({ tool: 'ip', args: ['link', 'delete', name] });
    } catch (error) {
      if (!/Cannot find device/.test(messageOf(error))) throw error;
    }
    await this.stopServing(served);
    await this.#removeDeadSocket(name);
  }

  /** The `wireguard-go` processes that serve this name here. */
  serving(name: string): UserspaceTunnel[] {
    return listUserspaceTunnels().filter((tunnel) => tunnel.name === name);
  }

  /** Ends `wireguard-go` processes: they go by themselves with their interface, and are killed when they do not. */
  async stopServing(tunnels: readonly UserspaceTunnel[]): Promise<void> {
    const left = (): UserspaceTunnel[] =>
      tunnels.filter(({ name, pid }) => this.serving(name).some((tunnel) => tunnel.pid === pid));
    const end = Date.now() + stopLimitMs / 5;
    while (left().length > 0 && Date.now() < end) await delay(pollMs);
    for (const { pid } of left()) killIfAlive(pid);
    if (left().length > 0) {
      const names = tunnels.map(({ name }) => name).join(', ');
      await until(stopLimitMs, `wireguard-go of ${names} does not end`, () => left().length === 0);
    }
  }

  async #exists(name: string): Promise<boolean> {
    try {
      await this.#runner.run({ tool: 'ip', args: ['link', 'show', 'dev', name] });
      return true;
    } catch (error) {
      if (/does not exist|Cannot find device/.test(messageOf(error))) return false;
      throw error;
    }
  }

  async #claimSocketPath(name: string): Promise<void> {
    await this.#removeDeadSocket(name);
    if (!existsSync(this.#socket(name)) || this.serving(name).length > 0) return;
    throw new PatronusError(
      'address_in_use',
      `${this.#socket(name)} belongs to a tunnel ${name} of another network namespace; run each edge of this machine in ` +
        `a mount namespace with its own ${this.#socketDirectory}`,
      { facts: { socket: this.#socket(name) } },
    );
  }

  async #removeDeadSocket(name: string): Promise<void> {
    const socket = this.#socket(name);
    if (!existsSync(socket) || (await socketAnswers(socket, answerLimitMs))) return;
    if (this.serving(name).length === 0) rmSync(socket, { force: true });
  }

  #socket(name: string): string {
    return socketPath(this.#socketDirectory, name);
  }
}

/** In the foreground `wireguard-go` would end with us, and with a log level it would hold our pipes open. */
const daemonEnvironment = { WG_PROCESS_FOREGROUND: undefined, LOG_LEVEL: undefined };

/** What `ip link add` says of a kernel without WireGuard; the second where modules may not be loaded. */
const isUnknownType = (error: unknown): boolean =>
  /Unknown device type|Operation not supported|not supported/.test(messageOf(error));

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}

async function until(limitMs: number, failure: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new PatronusError('timeout', `${failure} within ${limitMs} ms`);
    await delay(pollMs);
  }
}
