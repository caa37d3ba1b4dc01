import type { LineReport } from '@patronus/protocol';
import type { Change, Store } from '../database/store.ts';
import { endpointRepository } from '../repositories/endpoint-repository.ts';
import { qosRepository } from '../repositories/qos-repository.ts';

/** One class on one uplink. */
export interface QosQueueView {
  readonly class: string;
  readonly packets: bigint;
  /** IP octets before tunnelling. */
  readonly bytes: bigint;
  readonly drops: bigint;
  readonly backlogBytes: number;
  readonly delayMs: number;
}

/** An uplink that is shaped or policed, as its edge last told. */
export interface QosLineView {
  readonly endpointId: string;
  readonly site: string;
  readonly label: string;
  readonly shaping: string;
  readonly policing: boolean;
  /** What was bought, bit/s. */
  readonly upBps: number | null;
  /** What the line is shaped to now, bit/s; null where it is not. */
  readonly rateBps: number | null;
  readonly queue: string | null;
  /** Why the edge's kernel does not do it; null where it does. */
  readonly problem: string | null;
  /** Unix ms; null where its edge has not told of it. */
  readonly reportedAt: number | null;
  readonly classes: readonly QosQueueView[];
}

/** What edges tell of the queues of their uplinks. */
export class QosLines {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every uplink that shall be shaped or policed, in order of sites and slots. */
  async list(): Promise<QosLineView[]> {
    const { db } = this.#store;
    const endpoints = (await endpointRepository.list(db)).filter((row) => row.shaping !== 'off' || row.policing === 1);
    if (endpoints.length === 0) return [];
    const classes = new Map((await qosRepository.list(db)).map((row) => [row.number, row]));
    const lines = new Map((await qosRepository.listLines(db)).map((row) => [row.endpoint_id, row]));
    const queues = Map.groupBy(await qosRepository.listQueues(db), (row) => row.endpoint_id);
    return endpoints.map((row) => {
      const line = lines.get(row.endpoint_id);
      const own = (queues.get(row.endpoint_id) ?? []).toSorted(
        (a, b) => classes.get(a.number)!.priority - classes.get(b.number)!.priority || a.number - b.number,
      );
      return {
        endpointId: row.endpoint_id,
        site: row.site,
        label: row.label,
        shaping: row.shaping,
        policing: row.policing === 1,
        upBps: row.up_bps,
        rateBps: line?.rate_bps ?? null,
        queue: line?.queue ?? null,
        problem: line?.problem ?? null,
        reportedAt: line?.reported_at ?? null,
        classes: own.map((queue) => ({
          class: classes.get(queue.number)!.name,
          packets: BigInt(queue.packets),
          bytes: BigInt(queue.bytes),
          drops: BigInt(queue.drops),
          backlogBytes: queue.backlog_bytes,
          delayMs: queue.delay_ms,
        })),
      };
    });
  }

  /** Takes down what an edge tells of its uplinks, within a change. What is not its site's is passed over. */
  async store(change: Change, siteId: string, reports: readonly LineReport[], at: number): Promise<void> {
    if (reports.length === 0) return;
    const own = new Set((await endpointRepository.list(change.db, siteId)).map((row) => row.endpoint_id));
    const numbers = new Set((await qosRepository.list(change.db)).map(({ number }) => number));
    for (const { endpointId, rateBps, queue, problem, epoch, classes } of reports) {
      if (!own.has(endpointId)) continue;
      const line = { endpoint_id: endpointId, rate_bps: rateBps, queue, problem, reported_at: at };
      await qosRepository.saveLine(change.db, line);
      for (const each of classes.filter(({ number }) => numbers.has(number))) {
        await qosRepository.countQueue(change.db, {
          endpoint_id: endpointId,
          number: each.number,
          epoch,
          seen_packets: each.packets,
          seen_bytes: each.bytes,
          seen_drops: each.drops,
          backlog_bytes: each.backlogBytes,
          delay_ms: each.delayMs,
        });
      }
    }
  }
}
