import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PatronusError } from '@patronus/core';
import { ControllerApi, readControllerFile } from '@patronus/lab';
import type { Bench } from './bench-line.ts';

const siteCount = 100;
const policyCount = 1_000;
const uplinks = ['mpls', 'broadband'];
/** The controller gives memory back after ten seconds of rest. */
const restMs = 20_000;
const startLimitMs = 30_000;

export const bench: Bench = {
  about: `resident memory of a controller at rest with ${siteCount} sites and ${policyCount} policies; at most 150 MB`,
  async run(report) {
    const dataDir = mkdtempSync(join(tmpdir(), 'patronus-bench-'));
    const program = fileURLToPath(new URL('../../apps/cli/bin/patronus.mjs', import.meta.url));
    const args = [program, 'controller', '--data', dataDir, '--port', '0', '--edge-port', '0'];
    const controller = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      const { http_url, pid } = await announced(dataDir);
      report({ metric: 'empty', value: residentMegabytes(pid), unit: 'MB', samples: 1 });
      await fill(new ControllerApi(dataDir, http_url));
      report({ metric: 'right after the last change', value: residentMegabytes(pid), unit: 'MB', samples: 1 });
      await delay(restMs);
      report({ metric: 'at rest', value: residentMegabytes(pid), unit: 'MB', samples: 1 });
    } finally {
      controller.kill('SIGTERM');
      if (controller.exitCode === null) await once(controller, 'exit');
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

async function announced(dataDir: string) {
  for (const end = performance.now() + startLimitMs; performance.now() < end; await delay(50)) {
    const file = readControllerFile(dataDir);
    if (file !== null) return file;
  }
  throw new PatronusError('timeout', `the controller did not start within ${startLimitMs / 1_000} s`);
}

const residentMegabytes = (pid: number): number => {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kibibytes) * 1_024) / 1e6;
};

async function fill(api: ControllerApi): Promise<void> {
  for (let index = 1; index <= siteCount; index++) {
    await api.request('POST', '/sites', {
      name: `site-${index}`,
      prefixes: [`10.${index}.0.0/24`],
      endpoints: uplinks.map((label, slot) => ({ label, device: `eth${slot}`, address: `192.0.${slot}.${index}` })),
    });
  }
  await api.request('PUT', '/transport-links', { links: uplinks.map((label) => ({ a: label, b: label })) });
  for (let index = 1; index <= policyCount; index++) {
    await api.request('POST', '/policies', {
      name: `policy ${index}`,
      priority: index,
      match_conditions: { protocol: 'udp', destination_ports: [{ from: index, to: index }] },
    });
  }
}
