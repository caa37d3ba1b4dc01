import type { NetworkEvent } from '@patronus/core';
import type {
  ApplicationTraffic,
  DecisionReport,
  LineReport,
  PathCopies,
  PathReport,
  PathTraffic,
  PolicyCounter,
  PolicyFlows,
  TelemetryBatch,
} from '@patronus/protocol';

/** Events that wait for the next batch, at most: a storm of them must not eat the memory. */
const maxEvents = 10_000;

/** Gathers what happened since the last batch. The latest word on each path, policy and decision stands. */
export class TelemetryCollector {
  private paths = new Map<string, PathReport>();
  private counters = new Map<number, PolicyCounter>();
  private traffic = new Map<string, PathTraffic>();
  private copies = new Map<string, PathCopies>();
  private flows: readonly PolicyFlows[] | null = null;
  private applications = new Map<string, ApplicationTraffic>();
  private lines: readonly LineReport[] = [];
  private toldCounters = new Map<number, string>();
  /** The health that was told of each path. */
  private toldHealth = new Map<string, string>();
  private decisions = new Map<string, DecisionReport>();
  private events: NetworkEvent[] = [];

  addPaths(reports: readonly PathReport[]): void {
    for (const report of reports) this.paths.set(report.pathId, report);
  }

  addCounters(counters: readonly PolicyCounter[]): void {
    for (const counter of counters) this.counters.set(counter.policyId, counter);
  }

  addTraffic(traffic: readonly PathTraffic[]): void {
    for (const each of traffic) this.traffic.set(each.pathId, each);
  }

  addCopies(copies: readonly PathCopies[]): void {
    for (const each of copies) this.copies.set(each.pathId, each);
  }

  /** In place of those before; null where they are not known. */
  setFlows(flows: readonly PolicyFlows[] | null): void {
    this.flows = flows;
  }

  /** Octets add up until they are told; flows are those of the latest word, null where the kernel told none. */
  addApplications(traffic: readonly ApplicationTraffic[] | null): void {
    const before = this.applications;
    this.applications = new Map(Array.from(before, ([name, each]) => [name, { ...each, flows: 0 }]));
    for (const each of traffic ?? []) {
      const { bytesSent = 0, bytesReceived = 0 } = before.get(each.application) ?? {};
      this.applications.set(each.application, {
        ...each,
        bytesSent: each.bytesSent + bytesSent,
        bytesReceived: each.bytesReceived + bytesReceived,
      });
    }
  }

  /** In place of those before. */
  setLines(lines: readonly LineReport[]): void {
    this.lines = lines;
  }

  addDecisions(decisions: readonly DecisionReport[]): void {
    for (const decision of decisions) this.decisions.set(`${decision.policyId}/${decision.siteId}`, decision);
  }

  addEvent(event: NetworkEvent): void {
    if (this.events.length < maxEvents) this.events.push(event);
  }

  /** Counters are told again in full: the controller may have missed the last change. */
  forgetTold(): void {
    this.toldCounters.clear();
    this.toldHealth.clear();
  }

  /**
   * Everything gathered, or null when that is nothing. Without `withReports`, counters and the reports of paths whose health is as
   * it was told go on gathering.
   */
  take(from: number, to: number, withReports: boolean): TelemetryBatch | null {
    const batch: TelemetryBatch = {
      from,
      to,
      paths: this.takePaths(withReports),
      policies: withReports ? this.takeChangedCounters() : [],
      ...(withReports && this.traffic.size > 0 ? { traffic: [...this.traffic.values()] } : {}),
      ...(withReports && this.copies.size > 0 ? { copies: [...this.copies.values()] } : {}),
      ...(withReports && this.flows !== null ? { flows: this.flows } : {}),
      ...(withReports && this.applications.size > 0 ? { applications: [...this.applications.values()] } : {}),
      ...(withReports && this.lines.length > 0 ? { qos: this.lines } : {}),
      decisions: [...this.decisions.values()],
      events: this.events,
    };
    if (withReports) {
      this.traffic = new Map();
      this.copies = new Map();
      this.flows = null;
      this.applications = new Map();
      this.lines = [];
    }
    this.decisions = new Map();
    this.events = [];
    const { paths, policies, traffic = [], flows = [], applications = [], qos = [], decisions, events } = batch;
    const parts = [paths, policies, traffic, flows, applications, qos, decisions, events];
    return parts.some((part) => part.length > 0) ? batch : null;
  }

  private takePaths(all: boolean): PathReport[] {
    const taken = [...this.paths.values()].filter(
      ({ pathId, health }) => all || this.toldHealth.get(pathId) !== health,
    );
    for (const { pathId, health } of taken) {
      this.toldHealth.set(pathId, health);
      this.paths.delete(pathId);
    }
    return taken;
  }

  private takeChangedCounters(): PolicyCounter[] {
    const state = (counter: PolicyCounter): string => `${counter.epoch} ${counter.packets} ${counter.bytes}`;
    const changed = [...this.counters.values()].filter(
      (counter) => this.toldCounters.get(counter.policyId) !== state(counter),
    );
    for (const counter of changed) this.toldCounters.set(counter.policyId, state(counter));
    return changed;
  }
}
