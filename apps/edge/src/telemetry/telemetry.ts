import { messageOf, type Clock, type NetworkEvent, type Timer, type Timers } from '@patronus/core';
import type { DecisionReport, EdgeMessage, PathReport } from '@patronus/protocol';
import type { EmitEvent } from '../events.ts';
import type { ApplicationMeter } from '../flows/index.ts';
import type { Reconciler } from '../ports.ts';
import type { TelemetryStatus } from '../status/index.ts';
import { usableOffset } from './clock-correction.ts';
import { TelemetryCollector } from './collector.ts';
import { TelemetryDelivery } from './delivery.ts';
import type { Dropped, SpoolRecord } from './spool.ts';

const batchPeriodMs = 1_000;
/** While the controller is away reports are kept this far apart, so that the room on disk lasts ten times as long. */
const offlineReportPeriodMs = 10_000;
/** Traffic of paths is told this often: reading it starts a process, and nobody steers by it. */
const trafficPeriodMs = 10_000;
/** An event goes out after this, with what else happened at the same moment. */
const eventDelayMs = 20;

export interface Spool {
  append(batch: SpoolRecord['batch']): Promise<void>;
  read(from: number, limit: number): Promise<readonly SpoolRecord[]>;
  acknowledge(sequence: number): Promise<void>;
  size(): Omit<TelemetryStatus, 'droppedBatches'>;
  takeDropped(): Dropped | null;
  close(): Promise<void>;
}

export interface TelemetryParts {
  readonly spool: Spool;
  readonly counters: Reconciler['policyCounters'];
  readonly traffic: Reconciler['pathTraffic'];
  readonly copies: Reconciler['pathCopies'];
  readonly flows: Reconciler['policyFlows'];
  readonly applications: ApplicationMeter['read'];
  readonly lines: Reconciler['lineReports'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly send: (message: EdgeMessage) => boolean;
  readonly event: EmitEvent;
}

/** Makes a batch each second, keeps it, and sees it delivered. */
export class Telemetry {
  private readonly parts: TelemetryParts;
  private readonly collector = new TelemetryCollector();
  private readonly delivery: TelemetryDelivery;
  private readonly timer: Timer;
  private soon: Timer | null = null;
  private online = false;
  private batchFrom: number;
  private reportedAtMs = 0;
  private trafficReadAtMs = Number.NEGATIVE_INFINITY;
  private droppedBatches = 0;
  private countersFail = false;
  private failing = false;
  private turn: Promise<void> = Promise.resolve();

  constructor(parts: TelemetryParts) {
    this.parts = parts;
    this.delivery = new TelemetryDelivery(parts);
    this.batchFrom = parts.clock.wall();
    this.timer = parts.timers.every('telemetry batch', batchPeriodMs, () => void this.flush());
  }

  paths(reports: readonly PathReport[]): void {
    this.collector.addPaths(reports);
  }

  decisions(decisions: readonly DecisionReport[]): void {
    this.collector.addDecisions(decisions);
  }

  event(event: NetworkEvent): void {
    this.collector.addEvent(event);
    this.soon ??= this.parts.timers.after('telemetry of an event', eventDelayMs, () => void this.flush());
  }

  async connected(acknowledged: number, clockOffsetMs: number, uncertaintyMs: number): Promise<void> {
    this.online = true;
    this.collector.forgetTold();
    this.trafficReadAtMs = Number.NEGATIVE_INFINITY;
    await this.delivery.start(acknowledged, usableOffset(clockOffsetMs, uncertaintyMs));
    this.tellDropped();
  }

  /** `unreadable`: the controller hung up because it could not read a message. */
  async disconnected(unreadable: boolean): Promise<void> {
    this.online = false;
    const givenUp = await this.delivery.stop(unreadable);
    if (givenUp === null) return;
    this.droppedBatches += 1;
    const text = 'A batch of telemetry was given up: the controller cannot read it; are both of the same version?';
    this.parts.event('telemetry_dropped', 'error', text, { sequence: givenUp });
  }

  acknowledged(sequence: number): Promise<void> {
    return this.delivery.acknowledged(sequence);
  }

  status(): TelemetryStatus {
    return { ...this.parts.spool.size(), droppedBatches: this.droppedBatches };
  }

  /** Keeps and sends what has been gathered. */
  flush(): Promise<void> {
    this.soon?.cancel();
    this.soon = null;
    this.turn = this.turn
      .then(() => this.makeBatch())
      .then(
        () => void (this.failing = false),
        (error: unknown) => this.failed(error),
      );
    return this.turn;
  }

  /** Reads every counter a last time, while the kernel still has them; the next batch tells them. */
  async countLast(): Promise<void> {
    await this.turn;
    await this.readCounters(true);
    this.reportedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Keeps what there is; to be called after everything that may have something to say has stopped. */
  async stop(): Promise<void> {
    this.timer.cancel();
    await this.flush();
    await this.parts.spool.close();
  }

  private async makeBatch(): Promise<void> {
    const { clock, spool } = this.parts;
    const elapsedMs = clock.now() - this.reportedAtMs;
    const withReports = elapsedMs >= (this.online ? batchPeriodMs * 0.9 : offlineReportPeriodMs);
    if (withReports) {
      this.reportedAtMs = clock.now();
      await this.readCounters(clock.now() - this.trafficReadAtMs >= trafficPeriodMs - batchPeriodMs / 2);
    }
    const to = clock.wall();
    const batch = this.collector.take(this.batchFrom, to, withReports);
    this.batchFrom = to;
    if (batch !== null) await spool.append(batch);
    await this.delivery.pump();
  }

  /** Of a row of failures only the first becomes an event. */
  private failed(error: unknown): void {
    if (!this.failing)
      this.parts.event('edge_error', 'error', `Telemetry cannot be read back: ${messageOf(error)}`, {});
    this.failing = true;
  }

  private async readCounters(withTraffic: boolean): Promise<void> {
    try {
      this.collector.addCounters(await this.parts.counters());
      if (withTraffic) {
        this.trafficReadAtMs = this.parts.clock.now();
        this.collector.addTraffic(await this.parts.traffic());
        this.collector.addCopies(await this.parts.copies());
        this.collector.setFlows(await this.parts.flows());
        this.collector.addApplications(await this.parts.applications());
        this.collector.setLines(await this.parts.lines());
      }
      this.countersFail = false;
    } catch (error) {
      if (!this.countersFail) {
        this.parts.event('edge_error', 'warning', `The traffic counters cannot be read: ${messageOf(error)}`, {});
      }
      this.countersFail = true;
    }
  }

  private tellDropped(): void {
    const dropped = this.parts.spool.takeDropped();
    if (dropped === null) return;
    this.droppedBatches += dropped.batches;
    const seconds = Math.round((dropped.to - dropped.from) / 1000);
    const text = `Reports of ${seconds} s were given up: they outgrew the room for telemetry while the controller was away`;
    this.parts.event('telemetry_dropped', 'warning', text, { ...dropped });
  }
}
