import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { InvalidInputError, PatronusError, type ErrorCode, type FieldProblem } from '@patronus/core';
import { Type, type Static } from 'typebox';
import type { Actor } from '../audit/index.ts';
import type { Store } from '../database/index.ts';

/** What one direction of a line does to packets: one-way delay, its variation, share lost, bandwidth (null: no limit). */
export interface LabImpairment {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lossPercent: number;
  readonly rateBps: number | null;
}

/** A line of the lab as it is now. */
export interface LabLine {
  readonly site: string;
  readonly label: string;
  /** Directions in which every packet vanishes: `out` of the site, `in`to it. */
  readonly blackout: readonly string[];
  readonly carrierDown: boolean;
  readonly impaired: Readonly<Record<string, unknown>>;
  readonly out: LabImpairment;
  readonly in: LabImpairment;
}

export interface LabRun {
  readonly scenario: string;
  readonly startedAt: number;
  readonly step: string;
  readonly holds: boolean | null;
  readonly failures: readonly string[];
}

/** The lab that runs on this controller's data directory. */
export interface LabView {
  readonly state: string;
  readonly topology: string | null;
  readonly lines: readonly LabLine[];
  readonly scenarios: readonly string[];
  readonly run: LabRun | null;
}

const line = { site: Type.String(), endpoint: Type.String({ description: 'Label of the line' }) };
const direction = Type.Optional(Type.Enum(['out', 'in', 'both']));
const exact = { additionalProperties: false };
const figure = Type.Optional(Type.Number({ minimum: 0 }));

export const LabBreakSchema = Type.Object({ ...line, direction, silent: Type.Optional(Type.Boolean()) }, exact);
export const LabImpairSchema = Type.Object(
  {
    ...line,
    direction,
    delay_ms: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000 })),
    jitter_ms: Type.Optional(Type.Number({ minimum: 0, maximum: 10_000 })),
    loss_percent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    rate_bps: figure,
  },
  exact,
);
export const LabHealSchema = Type.Object(
  { site: Type.Optional(Type.String()), endpoint: Type.Optional(Type.String()) },
  exact,
);
export type LabBreak = Static<typeof LabBreakSchema>;
export type LabImpair = Static<typeof LabImpairSchema>;
export type LabHeal = Static<typeof LabHealSchema>;

/** Carrying a change out takes some processes; a machine that is busy with a lab takes its time. */
const answerMs = 20_000;

/**
 * The way to the lab on this data directory, where one runs: its door is a Unix socket (ADR 17). What operators do there
 * leaves a row in the audit log.
 */
export class LabLink {
  readonly #store: Store;
  readonly #socketPath: string;

  constructor(store: Store, socketPath: string) {
    this.#store = store;
    this.#socketPath = socketPath;
  }

  /** Null where no lab runs. */
  async view(): Promise<LabView | null> {
    if (!existsSync(this.#socketPath)) return null;
    try {
      return await this.#ask<LabView>('GET', '/lab');
    } catch (failure) {
      if (failure instanceof PatronusError && failure.code === 'unreachable') return null;
      throw failure;
    }
  }

  /** Errors: `not_found` without such a line or lab, `invalid_input`. */
  async break(by: Actor, input: LabBreak): Promise<LabView> {
    return this.#change(by, '/break', { ...input }, `${input.site}/${input.endpoint} was cut`);
  }

  async impair(by: Actor, input: LabImpair): Promise<LabView> {
    const { delay_ms: delayMs, jitter_ms: jitterMs, loss_percent: lossPercent, rate_bps: rateBps, ...where } = input;
    const figures = { delayMs, jitterMs, lossPercent, rateBps };
    if (Object.values(figures).every((value) => value === undefined)) {
      const problem = { field: 'delay_ms', problem: 'nothing is to be worsened', remedy: 'give at least one figure' };
      throw new InvalidInputError([problem]);
    }
    return this.#change(by, '/impair', { ...where, ...figures }, `${where.site}/${where.endpoint} was worsened`);
  }

  async heal(by: Actor, input: LabHeal): Promise<LabView> {
    const what = [input.site, input.endpoint].filter(Boolean).join('/') || 'every line';
    return this.#change(by, '/heal', { ...input }, `${what} was mended`);
  }

  /** Starts a scenario and answers at once. Errors: `conflict` while one runs. */
  async run(by: Actor, scenario: string): Promise<LabView> {
    return this.#change(by, '/run', { scenario }, `the scenario ${scenario} was started`);
  }

  async #change(by: Actor, path: string, body: Record<string, unknown>, what: string): Promise<LabView> {
    if (!existsSync(this.#socketPath)) throw new PatronusError('not_found', 'no lab runs on this controller');
    await this.#ask('POST', path, body);
    await this.#store.change((change) =>
      change.audit(by, {
        action: 'lab_changed',
        target: { type: 'lab', id: null, name: 'lab' },
        details: { ...body, what },
      }),
    );
    return this.#ask<LabView>('GET', '/lab');
  }

  #ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const asked = request({ socketPath: this.#socketPath, method, path, headers, timeout: answerMs }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', (cause) => reject(unreachable(cause)));
        response.on('end', () => {
          const answer = JSON.parse(text) as Answer & Refusal;
          if (response.statusCode === 200) resolve(answer);
          else reject(refusalOf(answer));
        });
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerMs / 1000} s`)));
      asked.on('error', (cause) => reject(unreachable(cause)));
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems?: readonly FieldProblem[];
}

const unreachable = (cause: unknown): PatronusError =>
  new PatronusError('unreachable', 'the lab does not answer; see "patronus lab status"', { cause });

const refusalOf = ({ code, message, problems }: Refusal): PatronusError =>
  problems === undefined ? new PatronusError(code, message) : new InvalidInputError([...problems]);
