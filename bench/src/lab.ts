import { median } from '@patronus/core';
import { labUp } from '@patronus/lab';
import { labDirectory } from './bench-lab.ts';
import type { Bench } from './bench-line.ts';

const rounds = 3;

/** From a built clone and an empty data directory to the default lab with every path up. */
export const bench: Bench = {
  about: 'lab: controller and default lab from nothing to every path up; at most 20 s',
  async run(report) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await upAndDown());
    report({ metric: 'all paths up, median', value: median(times) / 1000, unit: 's', samples: rounds });
    report({ metric: 'all paths up, worst', value: Math.max(...times) / 1000, unit: 's', samples: rounds });
  },
};

async function upAndDown(): Promise<number> {
  const { dataDir, remove } = labDirectory();
  try {
    const { elapsedMs } = await labUp({ dataDir, port: 0, edgePort: 0 });
    return elapsedMs;
  } finally {
    await remove();
  }
}
