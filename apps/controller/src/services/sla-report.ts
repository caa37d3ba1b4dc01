import { InvalidInputError } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Db } from '../database/schema.ts';
import type { Store } from '../database/store.ts';
import { pathRepository } from '../repositories/path-repository.ts';
import { slaRepository, type SlaFilter, type SlaPairRow } from '../repositories/sla-repository.ts';
import { maxPageSize, readCursor, writeCursor, type Page } from './page.ts';
import { hourMs, slaPolicies } from './sla-service.ts';

const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
/** 1970-01-05 was a Monday. */
const firstMondayMs = 4 * dayMs;
export const slaSteps = ['hour', 'day', 'week', 'month'] as const;
type SlaStep = (typeof slaSteps)[number];
/** More rows of one path tell a reader nothing; each is a question to the database. */
const maxSteps = 100;

export const SlaQuerySchema = Type.Object({
  from: Type.Optional(
    Type.Integer({ description: 'Unix ms; it becomes the hour that it falls into; default a day before `to`' }),
  ),
  to: Type.Optional(Type.Integer({ description: 'Unix ms; default now' })),
  path: Type.Optional(Type.String({ maxLength: 200, description: 'Id of a path' })),
  policy: Type.Optional(Type.Integer({ description: 'Id of a policy' })),
  step: Type.Optional(
    Type.Enum([...slaSteps], { description: 'A row for each of them, in UTC; without it one for all' }),
  ),
});
export type SlaQuery = Partial<Static<typeof SlaQuerySchema>>;

/** How one path kept to the SLA of one policy over a time. Times are unix ms, durations ms. */
export interface SlaRow {
  readonly pathId: string;
  readonly policyId: number;
  readonly policy: string;
  readonly sourceSite: string;
  readonly sourceLabel: string;
  readonly destSite: string;
  readonly destLabel: string;
  readonly from: number;
  readonly to: number;
  readonly inMs: number;
  readonly outMs: number;
  /** Of the time out of bounds, that in which the path was down. */
  readonly downMs: number;
  /** Nobody told of the path, or a figure was not measured: neither in nor out. */
  readonly unknownMs: number;
  /** That in which the policy's traffic took the path. */
  readonly usedMs: number;
  /** In, of what is known, percent; null where nothing is. */
  readonly availabilityPercent: number | null;
  /** Those that began in the time. */
  readonly violations: number;
}

export interface SlaViolationView {
  readonly id: number;
  readonly pathId: string;
  readonly policyId: number;
  readonly policy: string;
  readonly sourceSite: string;
  readonly sourceLabel: string;
  readonly destSite: string;
  readonly destLabel: string;
  readonly figure: string;
  readonly value: number | null;
  readonly bound: number | null;
  readonly worst: number | null;
  readonly startedAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
  /** How much of it the path was out of bounds. */
  readonly outMs: number;
}

/** The record of how paths kept to the SLAs of policies. */
export class SlaReport {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A row for each path and policy, or for each step of each. Errors: `invalid_input`. */
  async rows(query: SlaQuery): Promise<SlaRow[]> {
    const now = this.#store.wallMs;
    const { from, to } = rangeOf(query, now);
    return this.#store.snapshot(async (db) => {
      const pairs = await slaRepository.listPairs(db, filterOf(query));
      const live = await livePairs(db);
      const rows: SlaRow[] = [];
      for (const span of spansOf(from, to, query.step)) {
        const sums = new Map((await slaRepository.sumHours(db, span.from, span.to)).map((row) => [row.pair_id, row]));
        const counts = await slaRepository.countViolations(db, span.from, span.to);
        const violations = new Map(counts.map((row) => [row.pair_id, row.count]));
        for (const pair of pairs) {
          const end = live.has(`${pair.path_id} ${pair.policy_id}`) ? now : pair.last_at;
          const known = Math.max(0, Math.min(end, span.to) - Math.max(pair.first_at, span.from));
          const sum = sums.get(pair.pair_id);
          if (known === 0 && sum === undefined) continue;
          const { in_ms: inMs, out_ms: outMs } = sum ?? { in_ms: 0, out_ms: 0 };
          rows.push({
            ...namesOf(pair),
            from: span.from,
            to: Math.min(span.to, now),
            inMs,
            outMs,
            downMs: sum?.down_ms ?? 0,
            unknownMs: Math.max(0, known - inMs - outMs),
            usedMs: sum?.used_ms ?? 0,
            availabilityPercent: inMs + outMs === 0 ? null : (100 * inMs) / (inMs + outMs),
            violations: violations.get(pair.pair_id) ?? 0,
          });
        }
      }
      return rows;
    });
  }

  /** Violations that lasted at some time of a range, newest first. Errors: `invalid_input`. */
  async violations(query: SlaQuery & { limit?: number; cursor?: string }): Promise<Page<SlaViolationView>> {
    const limit = Math.min(query.limit ?? maxPageSize, maxPageSize);
    const after = query.cursor === undefined ? undefined : Number(readCursor(query.cursor, /^\d{1,16}$/)[0]);
    const range = { ...rangeOf(query, this.#store.wallMs), after };
    const rows = await slaRepository.listViolations(this.#store.db, range, filterOf(query), limit + 1);
    const items = rows.slice(0, limit).map((row) => ({
      id: row.violation_id,
      ...namesOf(row),
      figure: row.figure,
      value: row.value,
      bound: row.bound,
      worst: row.worst,
      startedAt: row.started_at,
      endedAt: row.ended_at,
      outMs: row.out_ms,
    }));
    const last = items.at(-1);
    return { items, nextCursor: rows.length > limit && last !== undefined ? writeCursor(String(last.id)) : null };
  }

  /** Of each policy that has a record, for metrics: seconds in and out of bounds over all paths, and violations that last. */
  async policies(): Promise<{ id: number; name: string; inSeconds: number; outSeconds: number; open: number }[]> {
    const rows = await slaRepository.sumPolicies(this.#store.db);
    return rows.map((row) => ({
      id: row.policy_id,
      name: row.policy,
      inSeconds: row.in_ms / 1_000,
      outSeconds: row.out_ms / 1_000,
      open: row.open,
    }));
  }
}

/** `PATH POLICY` of those that go on; the time of others ended with their last report. */
async function livePairs(db: Db): Promise<Set<string>> {
  const [paths, policies] = [await pathRepository.listKeys(db), await slaPolicies(db)];
  return new Set(paths.flatMap(({ path_id }) => policies.map(({ id }) => `${path_id} ${id}`)));
}

const filterOf = ({ path, policy }: SlaQuery): SlaFilter => ({ pathId: path, policyId: policy });

const namesOf = (pair: SlaPairRow) => ({
  pathId: pair.path_id,
  policyId: pair.policy_id,
  policy: pair.policy,
  sourceSite: pair.source_site,
  sourceLabel: pair.source_label,
  destSite: pair.dest_site,
  destLabel: pair.dest_label,
});

function rangeOf(query: SlaQuery, now: number): { from: number; to: number } {
  const to = query.to ?? now;
  const from = query.from ?? to - dayMs;
  if (from >= to) {
    throw new InvalidInputError([{ field: 'from', problem: 'is not before "to"', remedy: 'use unix milliseconds' }]);
  }
  return { from: from - (from % hourMs), to };
}

/** The steps of a range, whole ones of UTC; weeks begin on Monday. Errors: `invalid_input` for too many. */
export function spansOf(from: number, to: number, step: SlaStep | undefined): { from: number; to: number }[] {
  if (step === undefined) return [{ from, to }];
  const spans: { from: number; to: number }[] = [];
  for (let start = startOf(from, step); start < to;) {
    const end = nextOf(start, step);
    spans.push({ from: start, to: end });
    start = end;
    if (spans.length > maxSteps) {
      const remedy = 'use a longer step or a shorter range';
      throw new InvalidInputError([{ field: 'step', problem: `would make more than ${maxSteps} rows each`, remedy }]);
    }
  }
  return spans;
}

function startOf(at: number, step: SlaStep): number {
  if (step === 'month') return Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth());
  if (step === 'week') return at - ((((at - firstMondayMs) % weekMs) + weekMs) % weekMs);
  return at - (at % widths[step]);
}

const widths = { hour: hourMs, day: dayMs, week: weekMs } as const;

const nextOf = (start: number, step: SlaStep): number =>
  step === 'month'
    ? Date.UTC(new Date(start).getUTCFullYear(), new Date(start).getUTCMonth() + 1)
    : start + widths[step];
