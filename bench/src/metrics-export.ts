import { PatronusError, percentile } from '@patronus/core';
import { BenchController } from './bench-controller.ts';
import type { Bench } from './bench-line.ts';

/** 33 × 32 directed paths. */
const siteCount = 33;
const policyCount = 100;
const warmUps = 20;
const exports = 200;
const dayMs = 86_400_000;

export const bench: Bench = {
  about: `GET /metrics with ${siteCount * (siteCount - 1)} measured paths and ${policyCount} policies; at most 20 ms`,
  async run(report) {
    const controller = new BenchController();
    try {
      await controller.makeMesh(siteCount);
      await controller.run(async (api) => {
        for (let index = 1; index <= policyCount; index++) {
          await api.request('POST', '/policies', { name: `policy ${index}`, priority: index });
        }
      });
      await controller.fill(async (db) => {
        const figures = { latency: 25.125, jitter: 1.5, loss: 0.25, rtt: 50.5, mos: 4.4, health_status: 'up' };
        await db
          .updateTable('sdwan_paths')
          .set({ ...figures, reported_at: Date.now() + dayMs })
          .execute();
        const paths = await db.selectFrom('sdwan_paths').select('path_id').execute();
        const rows = paths.map(({ path_id }, index) => ({
          kind: 'path',
          object_id: path_id,
          packets_matched: 0,
          bytes_matched: 0,
          bytes_sent: 1e12 + index,
          bytes_received: 2e12 + index,
          first_seen: 1,
          last_updated: 2,
        }));
        await db.insertInto('traffic_totals').values(rows).execute();
      });
      const { times, lines } = await controller.run((_api, httpUrl) => measure(`${httpUrl}/metrics`));
      report({ metric: 'one export, median', value: percentile(times, 0.5), unit: 'ms', samples: exports });
      report({ metric: 'one export, p99', value: percentile(times, 0.99), unit: 'ms', samples: exports });
      report({ metric: 'lines', value: lines, unit: 'lines', samples: 1 });
    } finally {
      controller.remove();
    }
  },
};

/** ms from sending each request to having read its answer. */
async function measure(url: string): Promise<{ times: number[]; lines: number }> {
  const times: number[] = [];
  let text = '';
  for (let round = 0; round < warmUps + exports; round++) {
    const start = performance.now();
    text = await (await fetch(url)).text();
    if (round >= warmUps) times.push(performance.now() - start);
  }
  const measured = text.split('\n').filter((line) => line.startsWith('patronus_path_latency_seconds{')).length;
  if (measured < 1_000) throw new PatronusError('internal', `only ${measured} paths are in the answer`);
  return { times, lines: text.split('\n').length };
}
