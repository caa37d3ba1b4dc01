import { hostname } from 'node:os';
import type { Address, Clock, Random, Timers } from '@patronus/core';
import type { FlowEntry } from '@patronus/netconf';
import type { EdgeMessage, UplinkFact } from '@patronus/protocol';
import type { Logger } from 'pino';
import { ChangeJourney, ScheduleWatch } from './change/index.ts';
import { ControllerConnection, routesOver, type DomainMessage, type Route } from './connection/index.ts';
import { EdgeView } from './edge-view.ts';
import { eventEmitter, type EmitEvent } from './events.ts';
import { parseGatewayUrl, socketAddress } from './gateway/index.ts';
import { checkPath } from './path-check.ts';
import type { Service } from './inspect/index.ts';
import type { Learning } from './learn/index.ts';
import { FlowLog, type FlowTap } from './flow-log/index.ts';
import { ApplicationMeter, reportFlows } from './flows/index.ts';
import type { Dial, ProbeEngine, ProbeEngineListener, Reconciler, WatchKernel } from './ports.ts';
import { LineRates } from './qos/index.ts';
import { programVersion } from './program-version.ts';
import type { DocumentStore, Enrolment } from './state/index.ts';
import type { EdgeStatus } from './status/index.ts';
import { Telemetry, type Spool } from './telemetry/index.ts';
import { watchUplinks, type UplinkMonitor } from './uplinks.ts';

/** Everything an edge is made of that touches the world. */
export interface EdgeParts {
  readonly stateDir: string;
  readonly enrolment: Enrolment;
  readonly reconciler: Reconciler;
  readonly learning: Learning;
  /** Listens for flows that policies log. Errors: `kernel_refused`. */
  readonly openFlowTap: () => FlowTap;
  /** Flows that the kernel tracks; null where it does not tell. */
  readonly readFlows: () => Promise<readonly FlowEntry[] | null>;
  readonly startEngine: (listener: ProbeEngineListener) => ProbeEngine;
  readonly store: Pick<DocumentStore, 'load' | 'save'>;
  /** `trouble` is told when the disk begins to refuse, and with null when it takes again. */
  readonly openSpool: (trouble: (error: Error | null) => void) => Promise<Spool>;
  readonly dial: Dial;
  readonly readUplinks: () => UplinkFact[];
  readonly watchKernel: WatchKernel;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
}

/** The parts of an edge, put together; each tells the others through here and knows none of them. */
export class Edge {
  private readonly parts: EdgeParts;
  private readonly startedAt: number;
  private readonly view = new EdgeView();
  private readonly event: EmitEvent;
  private readonly telemetry: Telemetry;
  private readonly lineRates: LineRates;
  private readonly engine: ProbeEngine;
  private readonly journey: ChangeJourney;
  private readonly connection: ControllerConnection;
  private readonly links: UplinkMonitor;
  private readonly schedules: ScheduleWatch;
  private readonly flowLog: FlowLog;
  private readonly watch: { stop(): void };
  private deadExits: readonly string[] = [];

  private constructor(parts: EdgeParts, spool: Spool, event: EmitEvent) {
    this.parts = parts;
    this.event = event;
    const { clock, timers, log, reconciler, store } = parts;
    this.startedAt = clock.wall();
    this.lineRates = new LineRates(reconciler, clock);
    const send = (message: EdgeMessage): boolean => this.connection.send(message);
    // First, as it may fail for want of its port; nothing else runs yet then.
    this.engine = parts.startEngine(this.engineListener());
    const meter = new ApplicationMeter({
      entries: parts.readFlows,
      document: () => this.journey.document,
      namesOf: (address) => parts.learning.namesOf(address),
      inspected: (service) => parts.learning.inspected(service),
    });
    const counters = {
      counters: () => reconciler.policyCounters(),
      traffic: () => reconciler.pathTraffic(),
      copies: () => reconciler.pathCopies(),
      flows: () => reconciler.policyFlows(),
      applications: () => meter.read(),
      lines: () => reconciler.lineReports(),
    };
    this.telemetry = new Telemetry({ spool, ...counters, clock, timers, send, event });
    this.links = watchUplinks(timers, parts.readUplinks, (now, before) => this.uplinksChanged(now, before));
    this.connection = this.makeConnection();
    this.flowLog = new FlowLog({ open: parts.openFlowTap, clock, timers, event });
    this.journey = new ChangeJourney({
      reconciler,
      engine: this.engine,
      store,
      clock,
      timers,
      log,
      send,
      event,
      inForce: (document) => {
        this.view.inForce(document);
        this.lineRates.inForce(document);
        this.schedules.follow(document);
        this.flowLog.follow(document);
        if (document !== null) parts.learning.configure(document);
      },
    });
    this.schedules = new ScheduleWatch(timers, Date.now, () => void this.journey.reapply());
    this.watch = parts.watchKernel({
      devices: () => this.links.look(),
      drifted: () => {
        if (!this.journey.isBusy) void this.journey.reapply();
      },
    });
  }

  /**
   * Starts an edge: first the last good document comes into force, then the controller is dialled, so that the site works
   * with no controller there.
   */
  static async start(parts: EdgeParts): Promise<Edge> {
    const { clock, log, enrolment } = parts;
    const event = eventEmitter(clock, (made) => {
      log[made.severity === 'info' ? 'info' : 'warn']({ event: made.eventType, ...made.metadata }, made.message);
      edge.telemetry.event(made);
    });
    const spool = await parts.openSpool((error) => {
      if (error === null) log.info('telemetry is kept on disk again');
      else
        event('edge_error', 'error', `Telemetry waits in memory, as the disk does not take it: ${error.message}`, {});
    });
    const edge: Edge = new Edge(parts, spool, event);
    const text = `The edge of ${enrolment.siteName} on ${hostname()} started`;
    event('edge_started', 'info', text, { version: programVersion });
    try {
      await edge.journey.boot();
    } catch (error) {
      await edge.end();
      throw error;
    }
    edge.connection.start();
    return edge;
  }

  status(): EdgeStatus {
    const { enrolment, stateDir } = this.parts;
    return {
      running: true,
      pid: process.pid,
      startedAt: this.startedAt,
      stateDir,
      site: { id: enrolment.siteId, name: enrolment.siteName },
      edgeId: enrolment.edgeId,
      controller: this.connection.status(),
      document: this.journey.status(),
      uplinks: this.links.uplinks(),
      ...this.view.status(),
      learning: this.parts.learning.status(),
      telemetry: this.telemetry.status(),
    };
  }

  /** Devices by which traffic cannot break out now. */
  deadUplinks(): readonly string[] {
    return this.deadExits;
  }

  /** Ends all work and takes everything of ours out of the kernel; what was not told yet stays on disk. */
  stop(): Promise<void> {
    return this.end(() => this.parts.reconciler.clean());
  }

  private async end(last?: () => Promise<void>): Promise<void> {
    this.watch.stop();
    this.schedules.stop();
    this.links.stop();
    this.flowLog.stop();
    await this.parts.learning.stop();
    await this.engine.stop();
    await this.journey.stop();
    await this.telemetry.countLast();
    try {
      await last?.();
    } finally {
      await this.telemetry.stop();
      this.connection.stop();
    }
  }

  private makeConnection(): ControllerConnection {
    const { enrolment, dial, clock, timers, random, log } = this.parts;
    return new ControllerConnection(
      {
        url: enrolment.url,
        caPem: enrolment.caPem,
        identity: enrolment,
        dial,
        clock,
        timers,
        random,
        log,
        routes: () => this.routes(),
        hello: () => ({
          programVersion,
          appliedVersion: this.journey.document?.version ?? null,
          uplinks: this.links.uplinks(),
        }),
      },
      {
        online: (welcome, offsetMs, uncertaintyMs) => {
          this.inBackground(this.journey.online());
          this.telemetry.decisions(this.view.currentDecisions());
          this.inBackground(this.telemetry.connected(welcome.telemetryAcknowledged, offsetMs, uncertaintyMs));
        },
        offline: (unreadable) => this.inBackground(this.telemetry.disconnected(unreadable)),
        message: (message) => this.heard(message),
        event: this.event,
      },
    );
  }

  private engineListener(): ProbeEngineListener {
    return {
      paths: (reports) => {
        this.telemetry.paths(reports);
        this.view.paths(reports);
        this.inBackground(this.lineRates.look(reports));
        this.connection.deadRoutes(this.view.deadAddresses(this.links.uplinks()));
        this.lookAtExits();
      },
      decisions: (decisions) => {
        this.telemetry.decisions(decisions);
        this.view.decisions(decisions);
      },
      event: (made) => this.telemetry.event(made),
      failed: (error) => this.event('edge_error', 'error', `The probe engine failed: ${error.message}`, {}),
    };
  }

  private heard(message: DomainMessage): void {
    switch (message.type) {
      case 'document':
        return this.journey.offer(message.document);
      case 'confirmed':
        return this.journey.confirm(message.version);
      case 'telemetry_ack':
        return this.inBackground(this.telemetry.acknowledged(message.sequence));
      case 'list_flows':
        return this.inBackground(this.listFlows(message));
      case 'check_path':
        return this.inBackground(this.checkPath(message));
    }
  }

  private async checkPath(message: DomainMessage & { type: 'check_path' }): Promise<void> {
    this.connection.send(await checkPath(this.engine, this.parts.timers, message));
  }

  private async listFlows(message: DomainMessage & { type: 'list_flows' }): Promise<void> {
    const sources = {
      entries: this.parts.readFlows,
      document: () => this.journey.document,
      decisions: () => this.view.currentDecisions(),
      namesOf: (address: Address) => this.parts.learning.namesOf(address),
      inspected: (service: Service) => this.parts.learning.inspected(service),
    };
    this.connection.send(await reportFlows(sources, message));
  }

  private inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.parts.log.error({ err: error }, 'work in the background failed'));
  }

  private routes(): readonly Route[] {
    const { host } = socketAddress(parseGatewayUrl(this.parts.enrolment.url));
    return routesOver(this.view.endpoints(), this.links.uplinks(), host);
  }

  /** Traffic that breaks out leaves an uplink that does not work, and comes back to it. */
  private lookAtExits(): void {
    const dead = this.view.deadExits(this.links.uplinks());
    if (dead.join() === this.deadExits.join()) return;
    this.deadExits = dead;
    void this.journey.reapply();
  }

  private uplinksChanged(now: readonly UplinkFact[], before: readonly UplinkFact[]): void {
    this.engine.uplinksChanged(now);
    this.connection.send({ type: 'uplinks', uplinks: now });
    this.connection.deadRoutes(this.view.deadAddresses(now));
    this.lookAtExits();
    for (const change of this.view.uplinkChanges(now, before)) {
      this.event(change.eventType, change.severity, change.message, change.metadata);
    }
  }
}
