import { unmeasured, type PathHealth, type PolicyAction, type PolicyMatch, type Sla } from '@patronus/core';
import {
  coveredFrom,
  hasBounds,
  judgeSla,
  ended,
  settledMs,
  stepViolation,
  type SlaFigure,
  type SlaJudgement,
  type SlaViolation,
} from '@patronus/policy';
import type { DecisionReport } from '@patronus/protocol';
import type { SlaHourTable } from '../database/sla-tables.ts';
import type { Change, Store } from '../database/store.ts';
import type { Db } from '../database/schema.ts';
import { decisionRepository } from '../repositories/decision-repository.ts';
import { metricRepository } from '../repositories/metric-repository.ts';
import { pathRepository, type PathRow } from '../repositories/path-repository.ts';
import { policyRepository } from '../repositories/policy-repository.ts';
import { settingRepository } from '../repositories/setting-repository.ts';
import {
  slaRepository,
  type SlaPairRow,
  type SlaRawRow,
  type SlaViolationRow,
} from '../repositories/sla-repository.ts';

export const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Reports counted in one transaction: some tens of milliseconds, so that writers do not wait for a backlog. */
const countBatch = 5_000;
export const slaCountedToKey = 'sla_counted_to';

/** A policy that holds paths to bounds. */
export interface SlaPolicy {
  readonly id: number;
  readonly name: string;
  readonly sla: Sla;
  readonly never: readonly string[];
  readonly match: PolicyMatch;
}

/** What one path did under one policy in a batch of reports. */
interface Pair {
  readonly row: Pick<SlaPairRow, 'pair_id' | 'first_at' | 'last_at'>;
  readonly hours: Map<number, SlaHourTable>;
  violations: { readonly id: number | undefined; readonly was: SlaViolation | null; is: SlaViolation }[];
  inMs: number;
  outMs: number;
}

/**
 * Holds what edges report of paths against the SLAs of policies, and keeps the record. It reads the reports that telemetry has
 * stored, and stores how far it came with what it counted, so that a report counts once whatever is killed when.
 */
export class SlaService {
  readonly #store: Store;
  readonly #keptMs: number;

  /** `keepDays` is how long the record is kept. */
  constructor(store: Store, keepDays: number) {
    this.#store = store;
    this.#keptMs = keepDays * dayMs;
  }

  /** Counts the reports that came since the last time. */
  async count(): Promise<void> {
    while (await this.#countSome());
  }

  async prune(): Promise<void> {
    await this.#store.change(({ db, at }) => slaRepository.prune(db, at - this.#keptMs));
  }

  /** Answers whether there is more. */
  #countSome(): Promise<boolean> {
    return this.#store.change(async (change) => {
      const { db } = change;
      const after = Number((await settingRepository.get(db, slaCountedToKey)) ?? 0);
      const highest = await metricRepository.highestRawId(db);
      const upTo = Math.min(highest, after + countBatch);
      if (upTo > after) {
        await countReports(change, await slaRepository.listRaw(db, after, upTo));
        await settingRepository.set(db, slaCountedToKey, String(upTo));
      }
      await endSilentViolations(change);
      return upTo < highest;
    });
  }
}

async function countReports({ db }: Change, rows: readonly SlaRawRow[]): Promise<void> {
  const policies = await slaPolicies(db);
  if (policies.length === 0) return;
  const paths = new Map((await pathRepository.list(db)).map((path) => [path.path_id, path]));
  const pairs = new Map((await slaRepository.listPairs(db)).map((row) => [`${row.path_id} ${row.policy_id}`, row]));
  const earliest = Math.min(...rows.map(({ timestamp }) => timestamp));
  const standing = await slaRepository.listOpen(db, earliest - 2 * settledMs);
  const latest = new Map(standing.map((row) => [row.pair_id, row]));
  const used = await usedPaths(db);
  for (const [pathId, reports] of Map.groupBy(rows, (row) => row.path_id)) {
    const path = paths.get(pathId);
    if (path === undefined) continue;
    for (const policy of policies.filter((each) => mayUse(each, path))) {
      const row = pairs.get(`${pathId} ${policy.id}`) ?? (await newPair(db, path, policy, reports[0]!.timestamp));
      const pair = startPair(row, latest.get(row.pair_id));
      countPath(pair, policy.sla, reports, used.has(`${policy.id} ${pathId}`));
      await storePair(db, pair, { path, policy }, reports.at(-1)!.timestamp);
    }
  }
}

/** Those that bound anything, and are in force. */
export async function slaPolicies(db: Db): Promise<SlaPolicy[]> {
  return (await policyRepository.list(db)).flatMap((row) => {
    const action = JSON.parse(row.action) as PolicyAction;
    if (row.enabled !== 1 || action.type !== 'steer' || !hasBounds(action.sla)) return [];
    const match = JSON.parse(row.match_conditions) as PolicyMatch;
    return [{ id: row.policy_id, name: row.name, sla: action.sla, never: action.never ?? [], match }];
  });
}

/** Whether traffic of a policy, or replies to it, may take a path. */
export function mayUse({ never, match }: Pick<SlaPolicy, 'never' | 'match'>, path: PathRow): boolean {
  if (never.includes(path.source_label) || never.includes(path.dest_label)) return false;
  const { sourceSites = [], destinationSites = [] } = match;
  const isOf = (sites: readonly string[], site: string): boolean => sites.length === 0 || sites.includes(site);
  const leads = (from: string, to: string): boolean => isOf(sourceSites, from) && isOf(destinationSites, to);
  return leads(path.source_site_id, path.dest_site_id) || leads(path.dest_site_id, path.source_site_id);
}

/** `POLICY PATH` for each path that carries traffic of a policy now. */
async function usedPaths(db: Db): Promise<Set<string>> {
  const decisions = await decisionRepository.list(db);
  return new Set(
    decisions.flatMap((row) =>
      (JSON.parse(row.paths) as DecisionReport['paths']).map(({ pathId }) => `${row.policy_id} ${pathId}`),
    ),
  );
}

async function newPair(db: Db, path: PathRow, policy: SlaPolicy, at: number): Promise<Pair['row']> {
  const times = { first_at: coveredFrom(null, at), last_at: 0 };
  const pair_id = await slaRepository.insertPair(db, { ...namesOf(path, policy), ...idsOf(path, policy), ...times });
  return { pair_id, ...times };
}

const idsOf = (path: PathRow, policy: SlaPolicy) => ({ path_id: path.path_id, policy_id: policy.id });
const namesOf = (path: PathRow, policy: SlaPolicy) => ({
  policy: policy.name,
  source_site: path.source_site,
  source_label: path.source_label,
  dest_site: path.dest_site,
  dest_label: path.dest_label,
});

const startPair = (row: Pair['row'], violation: SlaViolationRow | undefined): Pair => ({
  row,
  hours: new Map(),
  violations: violation === undefined ? [] : [standingViolation(violation)],
  inMs: 0,
  outMs: 0,
});

const standingViolation = (row: SlaViolationRow): Pair['violations'][0] => {
  const was = violationOf(row);
  return { id: row.violation_id, was, is: was };
};

const violationOf = (row: SlaViolationRow): SlaViolation => ({
  figure: row.figure as SlaFigure,
  value: row.value,
  bound: row.bound,
  startedAt: row.started_at,
  lastOutAt: row.last_out_at,
  endedAt: row.ended_at,
  worst: row.worst,
  outMs: row.out_ms,
});

function countPath(pair: Pair, sla: Sla, reports: readonly SlaRawRow[], isUsed: boolean): void {
  let previous = pair.row.last_at === 0 ? null : pair.row.last_at;
  for (const report of reports) {
    const at = report.timestamp;
    if (previous !== null && at <= previous) continue;
    const from = coveredFrom(previous, at);
    previous = at;
    const judgement = judgeSla(sla, { health: report.health_status as PathHealth, quality: qualityOf(report) });
    const last = pair.violations.at(-1);
    const { latest, next } = stepViolation(last?.is ?? null, from, at, judgement);
    if (last !== undefined && latest !== null) last.is = latest;
    if (next !== null) pair.violations.push({ id: undefined, was: null, is: next });
    addTime(pair, from, at, judgement, isUsed);
  }
}

const qualityOf = (row: SlaRawRow) => ({
  ...unmeasured,
  rttMs: row.rtt,
  mos: row.mos,
  forward: {
    ...unmeasured.forward,
    delayMs: row.latency,
    jitterMs: row.jitter,
    lossPercent: row.loss,
    reorderingPercent: row.reordering_percent,
    duplicationPercent: row.duplication_percent,
  },
});

/** Adds a time to the hours that it falls into. */
function addTime(pair: Pair, from: number, at: number, judgement: SlaJudgement, isUsed: boolean): void {
  if (judgement.verdict === 'unknown') return;
  const isOut = judgement.verdict === 'out';
  const isDown = isOut && judgement.fault.figure === 'down';
  for (let start = from; start < at;) {
    const hour = start - (start % hourMs);
    const end = Math.min(at, hour + hourMs);
    const ms = end - start;
    const sums = pair.hours.get(hour) ?? {
      pair_id: pair.row.pair_id,
      hour,
      in_ms: 0,
      out_ms: 0,
      down_ms: 0,
      used_ms: 0,
    };
    pair.hours.set(hour, {
      ...sums,
      in_ms: sums.in_ms + (isOut ? 0 : ms),
      out_ms: sums.out_ms + (isOut ? ms : 0),
      down_ms: sums.down_ms + (isDown ? ms : 0),
      used_ms: sums.used_ms + (isUsed ? ms : 0),
    });
    start = end;
  }
  if (isOut) pair.outMs += at - from;
  else pair.inMs += at - from;
}

async function storePair(
  db: Db,
  { row, hours, violations, inMs, outMs }: Pair,
  { path, policy }: { path: PathRow; policy: SlaPolicy },
  newest: number,
): Promise<void> {
  await slaRepository.addHours(db, [...hours.values()]);
  for (const { id, was, is } of violations) {
    if (is === was) continue;
    await slaRepository.saveViolation(db, {
      ...(id === undefined ? {} : { violation_id: id }),
      pair_id: row.pair_id,
      started_at: is.startedAt,
      last_out_at: is.lastOutAt,
      ended_at: is.endedAt,
      figure: is.figure,
      value: is.value,
      bound: is.bound,
      worst: is.worst,
      out_ms: is.outMs,
    });
  }
  await slaRepository.countPair(db, row.pair_id, {
    ...idsOf(path, policy),
    ...namesOf(path, policy),
    first_at: row.first_at,
    last_at: Math.max(row.last_at, newest),
    in_ms: inMs,
    out_ms: outMs,
  });
}

/** A path of which nobody tells any more, as its edge is away or it was deleted, is not out of bounds for ever. */
async function endSilentViolations({ db, at }: Change): Promise<void> {
  for (const row of await slaRepository.listOpen(db, at)) {
    if (row.ended_at !== null || at - row.last_out_at < 6 * settledMs) continue;
    const { endedAt } = ended(violationOf(row), at);
    await slaRepository.saveViolation(db, { ...row, ended_at: endedAt });
  }
}
