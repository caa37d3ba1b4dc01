import { collectGarbage } from '@patronus/controller/parts';

/** Answers each message `memory` with what this process holds after a collection, in MB. */
export function tellMemory(): void {
  process.on('message', (message) => {
    if (message !== 'memory') return;
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ heap: (heapUsed + external) / 1e6, resident: rss / 1e6 });
  });
}
