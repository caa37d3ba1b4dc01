import { systemTimers, unmeasured, type PathId } from '@patronus/core';
import {
  AuditLog,
  DecisionService,
  MetricService,
  PathService,
  QosLines,
  Store,
  TelemetryService,
  TrafficService,
  type Db,
} from '@patronus/controller/parts';
import { PostgresServer, postgresPrograms } from '@patronus/linux';
import type { TelemetryBatch } from '@patronus/protocol';
import { BenchController } from './bench-controller.ts';
import type { Bench } from './bench-line.ts';

/** 18 × 17 directed paths. */
const siteCount = 18;
/** An hour of raw rows, as there are in a controller that has run for long. */
const secondsBefore = 3_600;
const measuredSeconds = 300;
const trafficEvery = 10;
const rollUpEvery = 30;

export const bench: Bench = {
  about: `path reports per second into SQLite and PostgreSQL: ${siteCount} edges at once, an hour of reports there already`,
  async run(report) {
    await measureOn('SQLite', null, report);
    if (postgresPrograms() === null) {
      process.stderr.write('PostgreSQL is not installed (apt install postgresql): measured on SQLite only\n');
      return;
    }
    await using server = await PostgresServer.start({ durable: true });
    await server.makeDatabase('ingest');
    await measureOn('PostgreSQL', server.url('ingest'), report);
  },
};

async function measureOn(kind: string, databaseUrl: string | null, report: Parameters<Bench['run']>[0]): Promise<void> {
  const controller = new BenchController(databaseUrl);
  try {
    await controller.makeMesh(siteCount);
    const { samples, seconds } = await controller.fill(measure);
    report({ metric: `${kind}: path reports stored`, value: samples / seconds, unit: 'reports/s', samples });
    report({ metric: `${kind}: of what these edges send`, value: seconds / measuredSeconds, unit: 'share', samples });
  } finally {
    controller.remove();
  }
}

interface SimulatedEdge {
  readonly row: { readonly edge_id: string; readonly site_id: string; readonly site: string };
  readonly paths: readonly PathId[];
}

async function measure(db: Db): Promise<{ samples: number; seconds: number }> {
  let wallMs = Date.now();
  const clock = { now: () => wallMs, wall: () => wallMs };
  // Nothing here is audited.
  const key = { fingerprint: 'bench', sign: () => '', isSignedBy: () => false };
  const store = new Store(db, clock, new AuditLog(key));
  const [metrics, traffic] = [new MetricService(store, 90), new TrafficService(store)];
  await traffic.load();
  const rest = {
    paths: new PathService(store, systemTimers),
    decisions: new DecisionService(store),
    qosLines: new QosLines(store),
  };
  const telemetry = new TelemetryService({ store, metrics, traffic, ...rest, timers: systemTimers, gatherMs: 0 });
  const edges = await makeEdges(db);
  await fillHour(db, edges, wallMs);
  await metrics.maintain();
  const paths = edges.reduce((sum, edge) => sum + edge.paths.length, 0);
  let samples = 0;
  const start = performance.now();
  for (let second = 1; second <= measuredSeconds; second++) {
    wallMs += 1_000;
    await Promise.all(edges.map((edge) => telemetry.store(edge.row, second, batchOf(edge, second, wallMs))));
    samples += paths;
    if (second % trafficEvery === 0) await traffic.flush();
    if (second % rollUpEvery === 0) await metrics.maintain();
  }
  return { samples, seconds: (performance.now() - start) / 1_000 };
}

async function makeEdges(db: Db): Promise<SimulatedEdge[]> {
  const sites = await db.selectFrom('sdwan_sites').select(['site_id', 'name']).execute();
  const edges: SimulatedEdge[] = [];
  for (const { site_id, name } of sites) {
    const row = { edge_id: `edge of ${name}`, site_id };
    const rest = { identity_key: 'x', hostname: 'x', enrolled_at: 0 };
    await db
      .insertInto('edges')
      .values({ ...row, ...rest })
      .execute();
    const paths = await db
      .selectFrom('sdwan_paths')
      .innerJoin('sdwan_endpoints', 'endpoint_id', 'source_endpoint_id')
      .select('path_id')
      .where('site_id', '=', site_id)
      .execute();
    edges.push({ row: { ...row, site: name }, paths: paths.map(({ path_id }) => path_id as PathId) });
  }
  return edges;
}

const quality = {
  ...unmeasured,
  rttMs: 50,
  forward: { delayMs: 25, jitterMs: 1, lossPercent: 0 },
  reverse: { delayMs: 25, jitterMs: 1, lossPercent: 0 },
  mos: 4.4,
};

async function fillHour(db: Db, edges: readonly SimulatedEdge[], nowMs: number): Promise<void> {
  const paths = edges.flatMap((edge) => edge.paths);
  await db.transaction().execute(async (transaction) => {
    for (let second = secondsBefore; second > 0; second--) {
      const rows = paths.map((path_id) => ({
        path_id,
        timestamp: nowMs - second * 1_000,
        health_status: 'up',
        latency: 25,
        jitter: 1,
        loss: 0,
        rtt: 50,
        mos: 4.4,
        reverse_latency: 25,
        reverse_jitter: 1,
        reverse_loss: 0,
      }));
      await transaction.insertInto('path_metrics_raw').values(rows).execute();
    }
  });
}

/** A second of an edge: every path, the default policy, and every ten seconds what the paths carried. */
function batchOf({ row, paths }: SimulatedEdge, second: number, to: number): TelemetryBatch {
  const traffic = paths.map((pathId) => ({ pathId, bytesSent: second * 1e6, bytesReceived: second * 1e6 }));
  return {
    from: to - 1_000,
    to,
    paths: paths.map((pathId) => ({ pathId, health: 'up', since: 0, quality, sent: 10, received: 10 })),
    policies: [{ policyId: 1, epoch: row.edge_id, packets: second * 1_000, bytes: second * 1e6 }],
    ...(second % trafficEvery === 0 ? { traffic } : {}),
    decisions: [],
    events: [],
  };
}
