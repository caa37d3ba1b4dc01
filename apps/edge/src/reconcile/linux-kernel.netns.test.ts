import { describeKernel } from '@patronus/testkit';
import { describe } from 'vitest';
import { TrialNetwork } from './trial/trial-network.ts';

describe.skipIf(process.getuid?.() !== 0)('kernel contract (skipped without root)', () => {
  describeKernel('the kernel of a network namespace', async () => {
    const network = await TrialNetwork.create();
    const [edge] = network.edges;
    return { kernel: edge.kernel(), keyOf: (tunnel) => edge.keyOf(tunnel), close: () => network.remove() };
  });
});
