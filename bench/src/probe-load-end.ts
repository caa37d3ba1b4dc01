import { ProbeThread } from '@patronus/edge';
import { messageOf } from '@patronus/core';
import type { PathReport, SiteDocument } from '@patronus/protocol';

/** One end of the probe-load bench: the probing part of an edge, alone in a process and a network namespace. */

/** All paths at one time, unix ms. */
export interface Round {
  readonly atMs: number;
  readonly paths: readonly Pick<PathReport, 'pathId' | 'quality'>[];
}

export type ToEnd =
  | { readonly type: 'configure'; readonly document: SiteDocument }
  | { readonly type: 'measure'; readonly durationMs: number };

export type FromEnd =
  | { readonly type: 'configured' }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'up'; readonly paths: number }
  | {
      readonly type: 'measured';
      /** Processor time of the process, user and system, over the time that passed. */
      readonly cpuShare: number;
      readonly rssBytes: number;
      readonly priority: string;
      readonly rounds: readonly Round[];
    };

function main(): void {
  const tell = (message: FromEnd): void => {
    if (process.connected) process.send!(message);
  };
  const fail = (error: unknown): void => {
    tell({ type: 'failed', reason: messageOf(error) });
    process.exitCode = 1;
    process.disconnect();
  };
  let rounds: Round[] = [];
  const thread = ProbeThread.start({
    paths: (reports) => {
      rounds.push({ atMs: Date.now(), paths: reports.map(({ pathId, quality }) => ({ pathId, quality })) });
      tell({ type: 'up', paths: reports.filter(({ health }) => health === 'up').length });
    },
    decisions: () => {},
    event: () => {},
    failed: fail,
  });
  const measure = async (durationMs: number): Promise<void> => {
    rounds = [];
    const [cpu, startMs] = [process.cpuUsage(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    const used = process.cpuUsage(cpu);
    const cpuShare = (used.user + used.system) / 1000 / (performance.now() - startMs);
    tell({ type: 'measured', cpuShare, rssBytes: process.memoryUsage.rss(), priority: thread.priority, rounds });
  };
  process.on('message', (message: ToEnd) => {
    if (message.type === 'configure') {
      thread.configure(message.document).then(() => tell({ type: 'configured' }), fail);
    } else {
      measure(message.durationMs).catch(fail);
    }
  });
  process.on('disconnect', () => void thread.stop());
}

if (process.argv[1] === import.meta.filename) main();
