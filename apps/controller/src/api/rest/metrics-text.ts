import type { CopyCounts } from '@patronus/protocol';
import type { TrafficKind } from '../../repositories/index.ts';
import type { PathView } from '../../services/path-service.ts';
import { trafficColumns } from '../../services/traffic-report.ts';
import type { ApiServices } from '../api-services.ts';
import { qosFamilies, slaFamilies } from './quality-metrics.ts';
import { label, trafficMetrics } from './traffic-text.ts';

type MetricServices = Pick<
  ApiServices,
  'sites' | 'edges' | 'paths' | 'policies' | 'caches' | 'telemetry' | 'trafficReport' | 'qosLines' | 'slaReport'
>;

/** One metric: what is written before its samples, and the samples. */
export type Family = readonly [
  name: string,
  type: 'gauge' | 'counter',
  about: string,
  samples: readonly (readonly [labels: string, value: number | bigint])[],
];

/** Everything that `/metrics` tells, in the text format of Prometheus 0.0.4. */
export async function metricsText(services: MetricServices): Promise<string> {
  const families = [
    ...processFamilies(),
    ...(await networkFamilies(services)),
    ...telemetryFamilies(services),
    ...pathFamilies(await services.paths.list()),
    ...(await trafficFamilies(services)),
    ...(await qosFamilies(services)),
    ...(await slaFamilies(services)),
  ];
  return families.map(familyText).join('');
}

function familyText([name, type, about, samples]: Family): string {
  let text = `# HELP ${name} ${about}\n# TYPE ${name} ${type}\n`;
  for (const [labels, value] of samples) text += `${name}${labels} ${value}\n`;
  return text;
}

const one = (value: number | bigint) => [['', value]] as const;

function processFamilies(): Family[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    ['patronus_process_resident_memory_bytes', 'gauge', 'Resident memory of the controller', one(rss)],
    ['patronus_process_heap_used_bytes', 'gauge', 'JavaScript heap in use', one(heapUsed)],
    ['patronus_process_cpu_seconds_total', 'counter', 'Processor time used', one((user + system) / 1e6)],
    ['patronus_process_uptime_seconds', 'gauge', 'Time since the start', one(process.uptime())],
  ];
}

async function networkFamilies({ sites, edges, policies }: MetricServices): Promise<Family[]> {
  const statuses = { new: 0, online: 0, offline: 0 };
  for (const { status } of await sites.list()) statuses[status] += 1;
  const joined = await edges.list();
  const byStatus = Object.entries(statuses).map(([status, count]) => [`{status="${status}"}`, count] as const);
  return [
    ['patronus_sites', 'gauge', 'Sites', byStatus],
    ['patronus_edges', 'gauge', 'Edges that have joined', one(joined.length)],
    ['patronus_edges_online', 'gauge', 'Edges with a connection', one(joined.filter(({ online }) => online).length)],
    ['patronus_policies', 'gauge', 'Policies', one((await policies.list()).length)],
  ];
}

function telemetryFamilies({ telemetry, caches }: MetricServices): Family[] {
  const { batches, pathSamples } = telemetry.stored;
  const views = caches.list();
  const each = (figure: 'hits' | 'misses' | 'entries') =>
    views.map((view) => [`{cache="${view.name}"}`, view[figure]] as const);
  return [
    ['patronus_telemetry_batches_total', 'counter', 'Batches of telemetry stored', one(batches)],
    ['patronus_telemetry_path_samples_total', 'counter', 'Reports of paths stored', one(pathSamples)],
    ['patronus_cache_hits_total', 'counter', 'Questions that a cache answered', each('hits')],
    ['patronus_cache_misses_total', 'counter', 'Questions that a cache could not answer', each('misses')],
    ['patronus_cache_entries', 'gauge', 'Answers in a cache', each('entries')],
  ];
}

/** Name, what it is, and the value in the unit of the name; null where it was not measured. */
const pathFigures: readonly (readonly [string, string, (path: PathView) => number | null])[] = [
  ['patronus_path_latency_seconds', 'One-way delay, forward', ({ latency }) => seconds(latency)],
  ['patronus_path_jitter_seconds', 'Jitter, forward', ({ jitter }) => seconds(jitter)],
  ['patronus_path_loss_ratio', 'Share of packets lost, forward', ({ loss }) => ratio(loss)],
  ['patronus_path_reordering_ratio', 'Share of packets overtaken, forward', (path) => ratio(path.reorderingPercent)],
  ['patronus_path_duplication_ratio', 'Share of packets doubled, forward', (path) => ratio(path.duplicationPercent)],
  ['patronus_path_rtt_seconds', 'Round trip', ({ rtt }) => seconds(rtt)],
  ['patronus_path_mos', 'What a call would score, 1 to 4.5', ({ mos }) => mos],
  ['patronus_path_overridden', '1 while traffic is kept off the path', ({ override }) => (override === null ? 0 : 1)],
];

const copyFigures: readonly (readonly [keyof CopyCounts, string])[] = [
  ['sent', 'Second copies of packets that left by the path'],
  ['single', 'Packets to be duplicated that left by the path alone'],
  ['first', 'Packets that arrived by the path before their twin'],
  ['dropped', 'Copies dropped as their twin had arrived'],
  ['late', 'Copies dropped as they were too late to tell'],
];

const ratio = (percent: number | null): number | null => (percent === null ? null : percent / 100);
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** Figures of a path that nobody reports any more are left out: they are of the past. */
function pathFamilies(paths: readonly PathView[]): Family[] {
  const labelled = paths.map((path) => [pathLabels(path), path] as const);
  const health = labelled.map(
    ([labels, { healthStatus }]) => [`{${labels},health_status="${healthStatus}"}`, 1] as const,
  );
  const fresh = labelled.filter(([, path]) => !path.stale);
  const copies = copyFigures.map(([count, about]): Family => {
    const samples = labelled.flatMap(([labels, path]) =>
      path.copies === null ? [] : [[`{${labels}}`, path.copies[count]] as const],
    );
    return [`patronus_path_copies_${count}_total`, 'counter', about, samples];
  });
  return [
    ...copies,
    ['patronus_path_health', 'gauge', '1 with the health that the path has', health],
    ...pathFigures.map(([name, about, read]): Family => {
      const samples = fresh.flatMap(([labels, path]) => {
        const value = read(path);
        return value === null ? [] : [[`{${labels}}`, value] as const];
      });
      return [name, 'gauge', about, samples];
    }),
  ];
}

const pathLabels = (path: PathView): string =>
  `path_id="${path.id}",source_site="${label(path.sourceSite)}",source_label="${label(path.sourceLabel)}",` +
  `dest_site="${label(path.destSite)}",dest_label="${label(path.destLabel)}"`;

const kinds: readonly TrafficKind[] = ['policy', 'site', 'endpoint', 'path', 'application'];

async function trafficFamilies({ trafficReport }: MetricServices): Promise<Family[]> {
  const families: Family[] = [];
  for (const kind of kinds) {
    const rows = await trafficReport.totals({ kind });
    const labelled = rows.map((row) => [`{${kind}_id="${row.id}",${kind}="${label(row.name ?? '')}"}`, row] as const);
    if (kind === 'policy' || kind === 'application') {
      const flows = labelled.flatMap(([labels, { activeFlows }]) =>
        activeFlows === null ? [] : [[labels, activeFlows] as const],
      );
      families.push([`patronus_${kind}_active_flows`, 'gauge', 'Flows that kernels know now', flows]);
    }
    const totals = labelled.map(([labels, { counts }]) => [labels, counts] as const);
    for (const column of trafficColumns[kind]) {
      const [metric, about] = trafficMetrics[column];
      const samples = totals.map(([labels, counts]) => [labels, counts[column]] as const);
      families.push([`patronus_${kind}_${metric}_total`, 'counter', about, samples]);
    }
  }
  return families;
}
