import { randomUUID } from 'node:crypto';
import { InvalidInputError, messageOf, PatronusError, prefixContains } from '@patronus/core';
import {
  compileKernelState,
  describeStep,
  diff,
  emptyKernelState,
  featureOf,
  isShaping,
  localFacts,
  shapedBps,
  sysctlsOf,
  touchesGroups,
  type Feature,
  type Kernel,
  type LocalFacts,
  type ObservedState,
  type SteeringDecision,
  type Step,
} from '@patronus/netconf';
import type {
  LineReport,
  PathCopies,
  PathTraffic,
  PolicyCounter,
  PolicyFlows,
  SiteDocument,
  UnavailableFeature,
} from '@patronus/protocol';
import { LatestWins } from './latest-wins.ts';
import { Lines } from './lines.ts';
import { readPathTraffic } from './path-traffic.ts';
import type { SysctlMemory } from './sysctl-memory.ts';

export interface ReconcilerParts {
  readonly kernel: Kernel;
  /** Makes or reads the key of a tunnel and answers its public half. */
  readonly keys: { ensure(tunnel: string): string };
  readonly sysctls: SysctlMemory;
  /** Unix ms by the machine's clock as it is set now: decides which schedules hold. */
  readonly wallMs: () => number;
  /** How names are learned, and which are; undefined where they are not. */
  readonly learning?: () => LocalFacts['learning'];
  /** Devices by which nothing gets out now, whatever the kernel shows of them. */
  readonly deadUplinks: () => readonly string[];
  /** What steering holds at this moment; new next-hop groups start with it. */
  readonly decisions: () => readonly SteeringDecision[];
  /** Called when members of next-hop groups were made or lost, so that steering writes all of them again. */
  readonly groupsTouched?: () => void;
}

export interface AppliedReport {
  readonly version: string;
  /** What was done, one line each; empty when there was nothing to do. */
  readonly steps: readonly string[];
  readonly groupsTouched: boolean;
  readonly applyMs: number;
  /** What the document wants and this kernel refuses, with the reasons; everything else is in force. */
  readonly unavailable: readonly UnavailableFeature[];
  /** Second copies of duplicated packets are dropped here from now on. */
  readonly dropsCopies: boolean;
}

interface Plan {
  /** By the monotonic clock, ms. */
  readonly start: number;
  readonly observed: ObservedState;
  readonly steps: readonly Step[];
  readonly dropsCopies: boolean;
}

/**
 * Keeps the kernel as a document wants it: reads what is there, compares, and does what is missing. It remembers nothing
 * of what it did, so it mends whatever anybody else has done meanwhile. One change at a time.
 */
export class KernelReconciler {
  readonly #parts: ReconcilerParts;
  readonly #queue = new LatestWins();
  readonly #lines: Lines;
  #current: SiteDocument | null = null;
  #keys: Readonly<Record<string, string>> = {};
  /** Why the kernel refused a feature. It is tried again with the next document. */
  readonly #refused = new Map<Feature, string>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#lines = new Lines(parts.kernel);
  }

  /**
   * Brings the kernel to what the document wants.
   * @throws InvalidInputError where the document fits no kernel; nothing was touched.
   * @throws PatronusError `kernel_refused`, `missing_tool`, `command_timeout`: what was in force before has been restored,
   * see the message when even that failed. `conflict`: a newer document came before this one's turn.
   */
  apply(document: SiteDocument): Promise<AppliedReport> {
    return this.#queue.run(() => this.#apply(document));
  }

  /**
   * Brings into force what an earlier run had in force: where that fails, what it left in the kernel stays and forwards.
   * Throws as {@link apply} does.
   */
  adopt(document: SiteDocument): Promise<AppliedReport> {
    return this.#queue.run(async () => {
      this.#keys = this.#keysOf(document);
      this.#current = document;
      return this.#bring(document, this.#keys);
    });
  }

  /** Puts right what others have changed; null when no document is in force. Throws as {@link apply} does. */
  async repair(): Promise<AppliedReport | null> {
    try {
      return await this.#queue.run(async () =>
        this.#current === null ? null : await this.#bring(this.#current, this.#keys),
      );
    } catch (error) {
      if (error instanceof PatronusError && error.code === 'conflict') return null;
      throw error;
    }
  }

  /**
   * Removes everything of ours, whoever left it, and puts sysctls back. Goes on where one thing cannot be removed.
   * @throws PatronusError `kernel_refused` naming what is left
   */
  clean(): Promise<void> {
    return this.#queue.run(() => this.#clean());
  }

  /** Public keys (base64) of the tunnels of the document in force, by interface name. */
  tunnelKeys(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve(this.#keys);
  }

  /** Packets and bytes per policy; a counter whose epoch is new started at zero. */
  policyCounters(): Promise<readonly PolicyCounter[]> {
    return this.#parts.kernel.counters().then((counters) => [...counters]);
  }

  /** As `readPathTraffic`, of the document in force. */
  pathTraffic(): Promise<readonly PathTraffic[]> {
    const document = this.#current;
    return document === null ? Promise.resolve([]) : readPathTraffic(this.#parts.kernel, document);
  }

  /** What became of duplicated packets, by path of the document in force. Throws as `Kernel.observe` does. */
  async pathCopies(): Promise<readonly PathCopies[]> {
    const document = this.#current;
    if (document === null) return [];
    const indexOf = new Map(document.remoteSites.map(({ id, index }) => [id, index]));
    const paths = new Map(
      document.paths.map(({ id, tunnel, remoteSiteId }) => [`${tunnel} ${indexOf.get(remoteSiteId)}`, id]),
    );
    const copies = await this.#parts.kernel.copies();
    return copies.flatMap(({ tunnel, siteIndex, ...counts }) => {
      const pathId = paths.get(`${tunnel} ${siteIndex}`);
      return pathId === undefined ? [] : [{ pathId, ...counts }];
    });
  }

  /**
   * Flows by policy of the document in force, each at the site where it began, as the other site's kernel knows it too. Null
   * where the kernel does not tell.
   */
  async policyFlows(): Promise<readonly PolicyFlows[] | null> {
    const document = this.#current;
    const flows = document === null ? null : await this.#parts.kernel.flows();
    if (document === null || flows === null) return null;
    const own = new Map(
      [...new Set(flows.map(({ source }) => source))].map((source) => [
        source,
        document.site.prefixes.some((prefix) => prefixContains(prefix, source)),
      ]),
    );
    const counts = new Map<number, number>();
    for (const { class: forwardingClass, source } of flows) {
      if (own.get(source) === true) counts.set(forwardingClass, (counts.get(forwardingClass) ?? 0) + 1);
    }
    return document.policies.flatMap(({ id, class: forwardingClass }) => {
      const count = counts.get(forwardingClass);
      return count === undefined ? [] : [{ policyId: id, flows: count }];
    });
  }

  /** The queues of each uplink that is shaped or policed. Throws as `Kernel.observe` does. */
  async lineReports(): Promise<readonly LineReport[]> {
    const document = this.#current;
    if (document?.endpoints.every(({ shaping, policing }) => shaping === undefined && policing === undefined) ?? true) {
      return [];
    }
    return this.#lines.report(document!, await this.#parts.kernel.queues());
  }

  /**
   * Lets the uplink in a slot send so much, bit/s, from now on; null for what was bought, from the next document on.
   * @throws PatronusError `kernel_refused`, `missing_tool`, `command_timeout`
   */
  setLineRate(slot: number, rateBps: number | null): Promise<void> {
    return this.#lines.setRate(slot, rateBps, shapedBps);
  }

  /** Settles when no change is under way. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  async #apply(document: SiteDocument): Promise<AppliedReport> {
    const keys = this.#keysOf(document);
    if (document.version !== this.#current?.version) this.#refused.clear();
    const plan = await this.#plan(document, keys);
    try {
      const report = await this.#bring(document, keys, plan);
      this.#current = document;
      this.#keys = keys;
      return report;
    } catch (error) {
      throw await this.#restored(error);
    }
  }

  #keysOf(document: SiteDocument): Readonly<Record<string, string>> {
    return Object.fromEntries(document.tunnels.map(({ name }) => [name, this.#parts.keys.ensure(name)]));
  }

  /** The error of a failed change, after what was in force before is in force again. */
  async #restored(error: unknown): Promise<PatronusError> {
    const restored = this.#current?.version ?? null;
    const code = error instanceof PatronusError ? error.code : 'internal';
    const facts = { ...(error instanceof PatronusError ? error.facts : {}), restored };
    try {
      if (this.#current === null) await this.#removeAll();
      else await this.#bring(this.#current, this.#keys);
      return new PatronusError(code, messageOf(error), { cause: error, facts });
    } catch (second) {
      const message = `${messageOf(error)}; restoring what was before failed too: ${messageOf(second)}`;
      return new PatronusError(code, message, { cause: error, facts: { ...facts, restored: null } });
    }
  }

  async #plan(document: SiteDocument, tunnelKeys: Readonly<Record<string, string>>): Promise<Plan> {
    const start = performance.now();
    const observed = await this.#parts.kernel.observe(sysctlsOf(document));
    const refused = new Set(this.#refused.keys());
    const now = { countingEpoch: randomUUID(), wallMs: this.#parts.wallMs(), refused };
    const learning = this.#parts.learning?.();
    const lineRates = this.#lines.rates;
    const decisions = this.#parts.decisions();
    const deadUplinks = this.#parts.deadUplinks();
    const own = { tunnelKeys, decisions, deadUplinks, lineRates, ...now, ...(learning && { learning }) };
    const desired = compileKernelState(document, localFacts(observed, own));
    if (!desired.ok) throw new InvalidInputError(desired.error);
    this.#lines.planned(desired.value.shapers, observed.shapers);
    const dropsCopies = desired.value.duplication !== null;
    return { start, observed, steps: diff(observed, desired.value), dropsCopies };
  }

  /** Performs a plan, and another one where the kernel refused a feature half-way: nothing of that shall stay. */
  async #bring(document: SiteDocument, keys: Readonly<Record<string, string>>, made?: Plan): Promise<AppliedReport> {
    let plan = made ?? (await this.#plan(document, keys));
    const { start } = plan;
    let refusedBefore = this.#refused.size;
    const steps = await this.#perform(plan);
    while (this.#refused.size > refusedBefore) {
      refusedBefore = this.#refused.size;
      plan = await this.#plan(document, keys);
      steps.push(...(await this.#perform(plan)));
    }
    const groupsTouched = touchesGroups(steps);
    if (groupsTouched) this.#parts.groupsTouched?.();
    return {
      version: document.version,
      steps: steps.map(describeStep),
      groupsTouched,
      applyMs: performance.now() - start,
      unavailable: [
        ...Array.from(this.#refused, ([feature, reason]) => ({ feature, reason })),
        ...this.#lines.unavailable(),
      ],
      dropsCopies: plan.dropsCopies,
    };
  }

  /** The steps that were done. */
  async #perform({ observed, steps }: Plan): Promise<Step[]> {
    const done: Step[] = [];
    for (const step of steps) {
      const feature = featureOf(step);
      if (feature !== null && this.#refused.has(feature)) continue;
      try {
        await this.#execute(step, observed);
        done.push(step);
      } catch (error) {
        if (feature === null) throw error;
        this.#refused.set(feature, messageOf(error));
      }
    }
    return done;
  }

  async #execute(step: Step, observed: ObservedState): Promise<void> {
    if (isShaping(step)) return this.#lines.perform(step, observed.shapers);
    if (step.do === 'set_sysctl') {
      const before = observed.sysctls[step.key] ?? (await this.#lateSysctl(step.key));
      if (before !== undefined) this.#parts.sysctls.remember(step.key, before);
    }
    await this.#parts.kernel.execute(step);
  }

  /** The value of a sysctl that came into being only with the steps before; those of tunnels go again with them. */
  async #lateSysctl(key: string): Promise<string | undefined> {
    if (!key.startsWith('net/netfilter/')) return undefined;
    return (await this.#parts.kernel.observe([key])).sysctls[key];
  }

  async #clean(): Promise<void> {
    this.#current = null;
    await this.#removeAll();
    for (const [key, value] of Object.entries(this.#parts.sysctls.all())) {
      // the device of a sysctl may be gone since
      await this.#parts.kernel.execute({ do: 'set_sysctl', key, value }).catch(() => undefined);
    }
    this.#parts.sysctls.forget();
  }

  /** Removing one thing can take others with it, so a step that fails is looked at again in the next round. */
  async #removeAll(): Promise<void> {
    const rounds = 3;
    let failure: unknown = null;
    for (let round = 0; round < rounds; round++) {
      const steps = diff(await this.#parts.kernel.observe([]), emptyKernelState);
      if (steps.length === 0) return;
      for (const step of steps) {
        await this.#parts.kernel.execute(step).catch((error: unknown) => {
          failure = error;
        });
      }
    }
    const left = diff(await this.#parts.kernel.observe([]), emptyKernelState);
    if (left.length === 0) return;
    throw new PatronusError('kernel_refused', `could not ${left.map(describeStep).join('; ')}: ${messageOf(failure)}`, {
      cause: failure,
    });
  }
}
