import { PatronusError, type PathId, type Timer, type Timers } from '@patronus/core';
import type { ControllerMessage, EdgeMessage, PathProbe } from '@patronus/protocol';
import type { EdgeFlows } from '../services/flow-service.ts';
import type { EdgeLink } from './edge-links.ts';

/**
 * How long an edge has for an answer. A probe over a path that never answered is given up after 2 s, and an edge whose probe
 * thread is stuck says so after 5; shorter would hide that, longer keeps people waiting for an edge that has hung up.
 */
const answerLimitMs = 8_000;

type Answer = Extract<EdgeMessage, { type: 'path_checked' | 'flows' }>;

interface Waiting {
  readonly site: string;
  readonly link: EdgeLink;
  readonly limit: Timer;
  /** Of the answer that is waited for. */
  readonly type: Answer['type'];
  resolve(answer: Answer): void;
  reject(error: PatronusError): void;
}

/** Questions to edges whose answer is still to come; each has a number of its own, which the answer repeats. */
export class EdgeQuestions {
  readonly #timers: Timers;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Errors: `timeout`, `unreachable` when the connection ends first, `conflict` when the edge says that it cannot. */
  async checkPath(site: string, link: EdgeLink, pathId: PathId, probes: number): Promise<readonly PathProbe[]> {
    const answer = await this.#ask(site, link, 'path_checked', (id) => ({ type: 'check_path', id, pathId, probes }));
    if (answer.problem === null && answer.probes.length > 0) return answer.probes;
    const why = answer.problem ?? 'it sent no probe';
    throw new PatronusError('conflict', `the edge of site ${site} cannot check this path: ${why}`);
  }

  /** Errors as those of {@link checkPath}. */
  async listFlows(site: string, link: EdgeLink, limit: number): Promise<EdgeFlows> {
    const answer = await this.#ask(site, link, 'flows', (id) => ({ type: 'list_flows', id, limit }));
    if (answer.problem === null) return answer;
    throw new PatronusError('conflict', `the edge of site ${site} cannot tell its flows: ${answer.problem}`);
  }

  /** Takes an answer; one that nobody waits for any more, or that another edge gives, is passed over. */
  answered(link: EdgeLink, answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined || waiting.link !== link || waiting.type !== answer.type) return;
    this.#settle(answer.id, waiting);
    waiting.resolve(answer);
  }

  #ask<K extends Answer['type']>(
    site: string,
    link: EdgeLink,
    type: K,
    message: (id: number) => ControllerMessage,
  ): Promise<Extract<Answer, { type: K }>> {
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const limit = this.#timers.after('answer of an edge', answerLimitMs, () => {
      this.#waiting.delete(id);
      const seconds = answerLimitMs / 1_000;
      const remedy = `try once more, and look at "patronus edge status" there`;
      reject(new PatronusError('timeout', `the edge of site ${site} did not answer within ${seconds} s; ${remedy}`));
    });
    this.#waiting.set(id, { site, link, limit, type, resolve, reject });
    link.send(message(id));
    return promise as Promise<Extract<Answer, { type: K }>>;
  }

  /** A connection has ended: nothing that was asked over it will be answered. */
  ended(link: EdgeLink): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.link !== link) continue;
      this.#settle(id, waiting);
      waiting.reject(offline(waiting.site));
    }
  }

  #settle(id: number, waiting: Waiting): void {
    this.#waiting.delete(id);
    waiting.limit.cancel();
  }
}

/** Why an edge that has no connection cannot be asked. */
export const offline = (site: string): PatronusError =>
  new PatronusError(
    'unreachable',
    `site ${site} is offline: its edge has no connection to the controller; start it, or see "patronus edge status" there`,
  );
