import { hostname } from 'node:os';
import type { Clock, Random, Timer, Timers } from '@patronus/core';
import type { Logger } from 'pino';
import { ChangeJourney } from './change/index.ts';
import { ControllerConnection, routesOver } from './connection/index.ts';
import { EdgeView } from './edge-view.ts';
import { eventEmitter } from './events.ts';
import { parseGatewayUrl, socketAddress } from './gateway/index.ts';
import type { Dial, LinkMonitor, ProbeEngine, ProbeEngineListener, Reconciler } from './ports.ts';
import { programVersion } from './program-version.ts';
import type { DocumentStore, Enrolment } from './state/index.ts';
import type { EdgeStatus } from './status/index.ts';
import { Telemetry, type Spool } from './telemetry/index.ts';
import type { watchUplinks } from './uplinks.ts';

/** Something else on the host may change what is ours; it is put right within this. More often only costs processor time. */
const driftCheckMs = 60_000;
/** A cable put back brings several changes at once. */
const uplinkSettleMs = 300;

/** Everything an edge is made of that touches the world. */
export interface EdgeParts {
  readonly stateDir: string;
  readonly enrolment: Enrolment;
  readonly reconciler: Reconciler;
  readonly startEngine: (listener: ProbeEngineListener) => Promise<ProbeEngine>;
  readonly store: Pick<DocumentStore, 'load' | 'save'>;
  readonly spool: Spool;
  readonly dial: Dial;
  readonly watchUplinks: typeof watchUplinks;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
}

/** A running edge. */
export interface Edge {
  status(): EdgeStatus;
  /** Ends all work and takes everything of ours out of the kernel; what was not told yet stays on disk. */
  stop(): Promise<void>;
}

/**
 * Puts an edge together and starts it: first the last good document into force, then the connection, so that the site works
 * with no controller there.
 */
export async function startEdge(parts: EdgeParts): Promise<Edge> {
  const { clock, timers, random, log, enrolment, reconciler } = parts;
  const startedAt = clock.wall();
  const send: ConstructorParameters<typeof ChangeJourney>[0]['send'] = (message) => connection.send(message);
  const event = eventEmitter(clock, (made) => {
    log[made.severity === 'info' ? 'info' : 'warn']({ event: made.eventType, ...made.metadata }, made.message);
    telemetry.event(made);
  });
  const telemetry = new Telemetry({
    spool: parts.spool,
    counters: () => reconciler.policyCounters(),
    clock,
    timers,
    send,
    event,
  });
  const view = new EdgeView();
  const journey = new ChangeJourney({
    reconciler,
    engine: { configure: (document) => engine.configure(document) },
    store: parts.store,
    clock,
    timers,
    log,
    send,
    event,
    inForce: (document) => view.inForce(document),
  });
  const connection = new ControllerConnection(
    {
      url: enrolment.url,
      caPem: enrolment.caPem,
      identity: enrolment,
      dial: parts.dial,
      clock,
      timers,
      random,
      log,
      routes: () => routesOver(view.endpoints(), links.uplinks(), socketAddress(parseGatewayUrl(enrolment.url)).host),
      hello: () => ({
        programVersion,
        appliedVersion: journey.document?.version ?? null,
        uplinks: links.uplinks(),
      }),
    },
    {
      online: (welcome, offsetMs, uncertaintyMs) => {
        void journey.online();
        void telemetry.connected(welcome.telemetryAcknowledged, offsetMs, uncertaintyMs);
      },
      offline: () => telemetry.disconnected(),
      message: (message) => {
        if (message.type === 'document') journey.offer(message.document);
        else if (message.type === 'confirmed') journey.confirm(message.version);
        else void telemetry.acknowledged(message.sequence);
      },
      event,
    },
  );
  let settle: Timer | null = null;
  const links: LinkMonitor = parts.watchUplinks(timers, (now, before) => {
    connection.send({ type: 'uplinks', uplinks: now });
    for (const change of view.uplinkChanges(now, before)) event(change.type, change.severity, change.message);
    connection.deadRoutes(view.deadAddresses(now));
    settle?.cancel();
    settle = timers.after('uplinks settle', uplinkSettleMs, () => void journey.reapply());
  });
  const engine = await parts.startEngine({
    paths: (reports) => {
      telemetry.paths(reports);
      view.paths(reports);
      connection.deadRoutes(view.deadAddresses(links.uplinks()));
    },
    decisions: (decisions) => {
      telemetry.decisions(decisions);
      view.decisions(decisions);
    },
    event: (made) => telemetry.event(made),
    failed: (error) => event('edge_error', 'error', `The probe engine failed: ${error.message}`),
  });

  event('edge_started', 'info', `The edge of ${enrolment.siteName} on ${hostname()} started`, {
    version: programVersion,
  });
  await journey.boot();
  connection.start();
  const drift = timers.every('drift check', driftCheckMs, () => void journey.reapply());

  return {
    status: () => ({
      running: true,
      pid: process.pid,
      startedAt,
      stateDir: parts.stateDir,
      site: { id: enrolment.siteId, name: enrolment.siteName },
      edgeId: enrolment.edgeId,
      controller: connection.status(),
      document: journey.status(),
      uplinks: links.uplinks(),
      ...view.status(),
      telemetry: telemetry.status(),
    }),
    stop: async () => {
      drift.cancel();
      settle?.cancel();
      links.stop();
      await engine.stop();
      await journey.stop();
      await reconciler.clean();
      await telemetry.stop();
      connection.stop();
    },
  };
}
