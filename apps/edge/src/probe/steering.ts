import { stepSteering, resumeSteering, type ChosenPath, type Decision, type DecisionChange } from '@patronus/policy';
import type { PathReading, SteeringState } from '@patronus/policy';
import type { PathHealth, PathId, SiteId } from '@patronus/core';
import type { DecisionReport } from '@patronus/protocol';
import { noCopies, type CopySwitch } from './copy-targets.ts';
import type { GroupWriter } from './group-writer.ts';
import { groupOf, type ProbePlan } from './probe-plan.ts';

/** A move of traffic, with the time at which the kernel had it (unix ms), null where it refused. */
export interface Move {
  readonly change: DecisionChange;
  readonly decidedMs: number;
  readonly kernelMs: number | null;
}

export interface StepOutcome {
  readonly moves: readonly Move[];
  /** Decisions that differ from before in any way that is told. */
  readonly decisions: readonly DecisionReport[];
}

/** From path readings to next-hop groups. */
export class Steering {
  readonly #groups: GroupWriter;
  readonly #wallMs: () => number;
  #plan: ProbePlan | null = null;
  #state: SteeringState | null = null;
  /** Decisions that the kernel has not been given: since the last document, or because they were not founded yet. */
  readonly #unwritten = new Set<number>();
  #copies: CopySwitch = noCopies;
  /** The pair of tunnels last written of each decision that was ever copied. */
  readonly #pairs = new Map<number, string>();
  /** What the kernel was given last for each decision of this plan. */
  readonly #written = new Map<number, readonly ChosenPath[]>();

  constructor(groups: GroupWriter, wallMs: () => number) {
    this.#groups = groups;
    this.#wallMs = wallMs;
  }

  /** Goes on with another document. Every group is written once more: the reconciler may have made it anew. */
  configure(plan: ProbePlan, nowMs: number, copies = noCopies): void {
    const earlier =
      this.#plan === null || this.#state === null ? undefined : { plan: this.#plan.steering, state: this.#state };
    this.#state = resumeSteering(plan.steering, nowMs, earlier);
    this.#plan = plan;
    this.#unwritten.clear();
    this.#copies = copies;
    this.#pairs.clear();
    this.#written.clear();
    for (const index of this.#state.decisions.keys()) this.#unwritten.add(index);
    const { policies, sites } = plan.steering;
    const groups = policies.flatMap((policy) => sites.map((site) => groupOf(plan, policy.class, site)));
    this.#groups.keepOnly(new Set(groups));
  }

  /** Decides, and moves what changed at once. */
  step(readings: readonly PathReading[], nowMs: number): StepOutcome {
    if (this.#plan === null || this.#state === null) return { moves: [], decisions: [] };
    const before = this.#state.decisions;
    const { state, changes } = stepSteering(this.#plan.steering, this.#state, readings, nowMs);
    this.#state = state;
    const decidedMs = this.#wallMs();
    const moves = changes.map((change) => this.#move(this.#plan!, change, readings, decidedMs));
    if (this.#unwritten.size > 0) this.#writeRest(this.#plan, readings);
    this.#writeCopies(this.#plan, readings);
    const decisions: DecisionReport[] = [];
    for (const [index, decision] of state.decisions.entries()) {
      if (decision !== null && isNews(decision, before[index] ?? null)) decisions.push(report(decision));
    }
    return { moves, decisions };
  }

  /** All decisions in force. */
  decisions(): DecisionReport[] {
    return (this.#state?.decisions ?? []).flatMap((decision) => (decision === null ? [] : [report(decision)]));
  }

  #move(plan: ProbePlan, change: DecisionChange, readings: readonly PathReading[], decidedMs: number): Move {
    const index = this.#state!.decisions.indexOf(change.decision);
    if (!this.#isFounded(plan, index, change.decision, readings)) {
      this.#unwritten.add(index);
      return { change, decidedMs, kernelMs: null };
    }
    const done = this.#write(plan, index, change.decision);
    return { change, decidedMs, kernelMs: done ? this.#wallMs() : null };
  }

  /** The groups whose decision is founded and not written yet. */
  #writeRest(plan: ProbePlan, readings: readonly PathReading[]): void {
    for (const index of this.#unwritten) {
      const decision = this.#state!.decisions[index];
      if (decision === undefined || decision === null) continue;
      if (!this.#isFounded(plan, index, decision, readings)) continue;
      this.#write(plan, index, decision);
    }
  }

  /** Copies go by the two tunnels of a decision, whichever of them routing uses while it changes. */
  #writeCopies(plan: ProbePlan, readings: readonly PathReading[]): void {
    for (const [index, decision] of this.#state!.decisions.entries()) {
      if (decision === null || decision.policy.action.duplicate !== true) continue;
      const { paths, copyPathId, siteId, policy } = decision;
      // an edge that has just started knows no path yet, while the kernel may copy over a good one since before
      if (copyPathId === null && isUnknownTo(plan, siteId, readings)) continue;
      const pair =
        copyPathId === null ? null : ([tunnelOf(plan, paths[0]!.pathId), tunnelOf(plan, copyPathId)] as const);
      const text = pair?.join(' ') ?? '';
      if (this.#pairs.get(index) === text) continue;
      // what the kernel refuses is tried again with the next step; traffic goes over one path meanwhile
      if (this.#copies.write(policy.class, plan.siteIndexes.get(siteId)!, pair)) this.#pairs.set(index, text);
    }
  }

  /**
   * Besides what {@link isFounded} says: after a time in which nothing answered from a site, such as while its edge was stopped,
   * traffic stays on the path that it is on while that one answers and merely has to prove itself again.
   */
  #isFounded(plan: ProbePlan, index: number, decision: Decision, readings: readonly PathReading[]): boolean {
    if (!isFounded(plan, decision, readings)) return false;
    if (!this.#unwritten.has(index)) return true;
    return !(this.#written.get(index) ?? []).some(({ pathId }) => {
      const reading = readings[plan.steering.indexOfPath.get(pathId) ?? -1];
      return reading?.health === 'down' && reading.answers === true;
    });
  }

  #write(plan: ProbePlan, index: number, decision: Decision): boolean {
    this.#unwritten.delete(index);
    this.#written.set(index, decision.paths);
    const members = decision.paths.map(({ pathId, weight }) => ({ id: nextHopOf(plan, pathId), weight }));
    return this.#groups.write(groupOf(plan, decision.policy.class, decision.siteId), members);
  }
}

const isUnknownTo = ({ steering }: ProbePlan, siteId: SiteId, readings: readonly PathReading[]): boolean =>
  steering.pathsOfSite[steering.sites.indexOf(siteId)]!.some((index) => readings[index]!.health === 'unknown');

const tunnelOf = (plan: ProbePlan, id: PathId): string => plan.paths[plan.steering.indexOfPath.get(id)!]!.tunnel;

const nextHopOf = (plan: ProbePlan, id: PathId): number => plan.paths[plan.steering.indexOfPath.get(id)!]!.nextHop;

/**
 * Whether enough is known to touch the kernel. An edge that has just started knows no path yet, while the kernel may carry
 * traffic over a good one since before. And where nothing at all answers from a site, its edge may be starting anew while
 * its kernel forwards: traffic stays where it was, which costs nothing when the site is really gone.
 */
function isFounded(plan: ProbePlan, decision: Decision, readings: readonly PathReading[]): boolean {
  const { sites, pathsOfSite, indexOfPath } = plan.steering;
  const healthAt = (index: number): PathHealth => readings[index]!.health;
  if (decision.paths.length > 0) {
    return decision.paths.every(({ pathId }) => healthAt(indexOfPath.get(pathId)!) !== 'unknown');
  }
  const toSite = pathsOfSite[sites.indexOf(decision.siteId)]!;
  return toSite.some((index) => healthAt(index) === 'up' || healthAt(index) === 'degraded');
}

const isNews = (decision: Decision, before: Decision | null): boolean =>
  decision !== before &&
  (before === null ||
    decision.paths !== before.paths ||
    decision.copyPathId !== before.copyPathId ||
    decision.slaMet !== before.slaMet ||
    decision.reason !== before.reason);

const report = ({ policyId, siteId, paths, copyPathId, slaMet, reason }: Decision): DecisionReport => ({
  policyId,
  siteId,
  paths,
  ...(copyPathId === null ? {} : { copyPathId }),
  slaMet,
  reason,
});
