import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { systemTimers } from '@patronus/core';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { SystemCommandRunner } from './command-runner.ts';
import { LinkMonitor, type LinkEvent } from './link-monitor.ts';

const run = (tool: string, ...args: string[]): Promise<string> =>
  new SystemCommandRunner().run({ tool, args, timeoutMs: 60_000 });

describe.skipIf(process.getuid?.() !== 0)('a link monitor (skipped without root)', () => {
  const device = `pt${randomBytes(3).toString('hex')}`;
  let seen: LinkEvent[];
  let monitor: LinkMonitor;
  const addDevice = async (): Promise<void> => {
    await run('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', `${device}p`);
  };

  beforeEach(() => {
    seen = [];
    monitor = new LinkMonitor(systemTimers, (event) => seen.push(event));
  });
  afterEach(async () => {
    monitor.stop();
    await run('ip', 'link', 'delete', device).catch(() => undefined);
  });

  it('tells of carrier, addresses and the end of a device', async () => {
    await listening();
    await addDevice();
    await run('ip', 'link', 'set', device, 'up');
    await reached(() =>
      seen.some((each) => each.kind === 'link' && each.device === device && each.up && !each.carrier),
    );
    await run('ip', 'link', 'set', `${device}p`, 'up');
    await reached(() => seen.some((each) => each.kind === 'link' && each.device === device && each.carrier));
    await run('ip', 'address', 'add', '192.0.2.77/32', 'dev', device);
    await reached(() => seen.some((each) => each.kind === 'address' && each.device === device && !each.deleted));
    await run('ip', 'link', 'delete', device);
    await reached(() => seen.some((each) => each.kind === 'link_deleted' && each.device === device));
  });

  it('starts again when its process dies, and says that anything may have changed', async () => {
    process.kill(await listening(), 'SIGKILL');
    await reached(() => seen.filter(({ kind }) => kind === 'resync').length >= 2);
    await listening();
    await addDevice();
    await reached(() => seen.some((each) => each.kind === 'link' && each.device === device));
  });

  /** The pid of the monitor's process once its netlink socket is bound; only then can it see anything. */
  const listening = async (): Promise<number> => {
    let pid = '';
    await reached(async () => {
      [pid = ''] = (await run('sh', '-c', `pgrep -P ${process.pid} -f '^ip -o monitor' || true`)).split('\n');
      const sockets = await run('ss', '-H', '-f', 'netlink');
      return pid !== '' && sockets.split('\n').some((line) => line.includes(`rtnl:ip/${pid}`));
    });
    return Number(pid);
  };
});

async function reached(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('the condition did not come true within a minute');
    await delay(20);
  }
}
