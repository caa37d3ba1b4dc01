import { PatronusError } from '@patronus/core';
import type { Db } from '@patronus/controller/parts';
import { BenchController } from './bench-controller.ts';
import type { Bench } from './bench-line.ts';

const policyCount = 200;
/** Hours of a policy's history; 200 × 5,000 rows are a million. */
const hours = 5_000;
const hourMs = 3_600_000;
const formats = ['csv', 'json', 'prometheus'] as const;
const sampleEveryMs = 20;

export const bench: Bench = {
  about: `export of ${policyCount * hours} rows of history over HTTP: rate, and what memory grows by at most`,
  async run(report) {
    const controller = new BenchController();
    try {
      await controller.run(async (api) => {
        for (let index = 1; index < policyCount; index++) {
          await api.request('POST', '/policies', { name: `policy ${index}`, priority: index });
        }
      });
      const from = await controller.fill(fillHistory);
      await controller.run(async (_api, httpUrl) => {
        for (const format of formats) {
          const address = `${httpUrl}/api/v1/stats/policies?from=${from}&step=${hourMs}&format=${format}`;
          const { rows, seconds, peakBytes } = await download(address);
          // Prometheus has a line for packets and one for octets.
          const expected = policyCount * hours * (format === 'prometheus' ? 2 : 1);
          if (rows < expected) throw new PatronusError('internal', `${rows} rows came, not ${expected}`);
          report({ metric: `${format}, rate`, value: rows / seconds, unit: 'rows/s', samples: rows });
          report({ metric: `${format}, memory grew by at most`, value: peakBytes / 1e6, unit: 'MB', samples: 1 });
        }
      });
    } finally {
      controller.remove();
    }
  },
};

/** A year's hours of every policy; answers where they begin, unix ms. */
async function fillHistory(db: Db): Promise<number> {
  const to = Math.floor(Date.now() / hourMs) * hourMs;
  const from = to - hours * hourMs;
  const policies = await db.selectFrom('sdwan_policies').select('policy_id').execute();
  await db.transaction().execute(async (transaction) => {
    for (const { policy_id } of policies) {
      for (let start = 0; start < hours; start += 1_000) {
        const rows = Array.from({ length: 1_000 }, (_, index) => ({
          kind: 'policy',
          object_id: String(policy_id),
          bucket: from + (start + index) * hourMs,
          packets_matched: 1e6 + index,
          bytes_matched: 1e9 + index,
          bytes_sent: 0,
          bytes_received: 0,
        }));
        await transaction.insertInto('traffic_hour').values(rows).execute();
      }
    }
  });
  return from;
}

/** Reads and drops an answer. The memory is that of both ends, which are in this process. */
async function download(address: string): Promise<{ rows: number; seconds: number; peakBytes: number }> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), sampleEveryMs);
  const start = performance.now();
  const response = await fetch(address);
  let rows = 0;
  for await (const chunk of response.body ?? []) {
    for (const octet of chunk as Uint8Array) if (octet === 10) rows += 1;
  }
  const seconds = (performance.now() - start) / 1_000;
  clearInterval(watch);
  return { rows, seconds, peakBytes: peak - before };
}
