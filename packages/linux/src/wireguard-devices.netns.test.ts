import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SystemCommandRunner } from './command-runner.ts';
import { defaultSocketDirectory, socketPath } from './userspace-tunnels.ts';
import { WireguardDevices } from './wireguard-devices.ts';

const runner = new SystemCommandRunner();
const run = (tool: string, ...args: string[]): Promise<string> => runner.run({ tool, args, timeoutMs: 60_000 });
const tunnel = 'pt15-14';
const socket = socketPath(defaultSocketDirectory, tunnel);

describe.skipIf(process.getuid?.() !== 0)('WireGuard interfaces (skipped without root)', () => {
  const devices = new WireguardDevices(runner);
  const other = `pt${randomBytes(3).toString('hex')}`;

  beforeEach(() => run('ip', 'netns', 'add', other));
  afterEach(async () => {
    await devices.delete(tunnel);
    await run('ip', '-n', other, 'link', 'delete', tunnel).catch(() => undefined);
    await run('ip', 'netns', 'delete', other);
  });

  it('are made, answer to wg, and leave nothing behind', async () => {
    await devices.create(tunnel);
    expect(await run('wg', 'show', tunnel, 'dump')).toContain('\toff');
    await devices.delete(tunnel);
    await expect(run('ip', 'link', 'show', tunnel)).rejects.toThrow('does not exist');
    expect(devices.serving(tunnel)).toEqual([]);
    expect(existsSync(socket)).toBe(false);
    await devices.delete(tunnel);
  });

  it('are not made where another namespace has the socket of that name', async () => {
    await run('ip', 'netns', 'exec', other, 'wireguard-go', tunnel);
    await expect(devices.create(tunnel)).rejects.toMatchObject({ code: 'address_in_use', facts: { socket } });
    await expect(run('ip', 'link', 'show', tunnel)).rejects.toThrow('does not exist');
  });

  it('are made over what a killed daemon left', async () => {
    await run('ip', 'netns', 'exec', other, 'wireguard-go', tunnel);
    const [pid] = (await run('ip', 'netns', 'pids', other)).split('\n');
    process.kill(Number(pid), 'SIGKILL');
    expect(existsSync(socket)).toBe(true);
    await devices.create(tunnel);
    expect(await run('wg', 'show', tunnel, 'dump')).toContain('\toff');
  });
});
