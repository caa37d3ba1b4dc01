import type { Worker } from 'node:worker_threads';

/** A thread of ours answers within milliseconds; one that does not is stuck. */
const stuckAfterMs = 5_000;

/** Asks a thread to end, and resolves when it has; one that is stuck is ended by force. */
export async function endWorker(worker: Worker, ask: () => void): Promise<void> {
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  ask();
  const stuck = setTimeout(() => void worker.terminate(), stuckAfterMs);
  await ended;
  clearTimeout(stuck);
}
