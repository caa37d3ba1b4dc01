import { InvalidInputError, systemTimers, type Clock } from '@patronus/core';
import type { KyselyPlugin } from 'kysely';
import { AuditLog, type Actor } from '../audit/index.ts';
import { Sessions, type TokenSigner } from '../auth/index.ts';
import { openDatabase, Store } from '../database/index.ts';
import { ApplyService } from '../services/apply/index.ts';
import { AuditService } from '../services/audit-service.ts';
import { CacheService } from '../services/cache-service.ts';
import { DecisionService } from '../services/decision-service.ts';
import { DocumentService } from '../services/document-service.ts';
import { EdgeService } from '../services/edge-service.ts';
import type { EndpointInput } from '../services/endpoint-input.ts';
import { EndpointDeletionService } from '../services/endpoint-deletion-service.ts';
import { EndpointService } from '../services/endpoint-service.ts';
import { EnrolmentKeyService } from '../services/enrolment-key-service.ts';
import { EventService } from '../services/event-service.ts';
import { MetricService } from '../services/metric-service.ts';
import { PathOverrideService } from '../services/path-override-service.ts';
import { PathService } from '../services/path-service.ts';
import { PolicyDeletionService } from '../services/policy-deletion-service.ts';
import { PolicyAdvice } from '../services/policy-advice.ts';
import { PolicyPreviews } from '../services/policy-preview.ts';
import { PolicyService } from '../services/policy-service.ts';
import { Presence } from '../services/presence.ts';
import { SiteDeletionService } from '../services/site-deletion-service.ts';
import { SiteService } from '../services/site-service.ts';
import { TelemetryService } from '../services/telemetry-service.ts';
import { TrafficHistory } from '../services/traffic-history.ts';
import { QosLines } from '../services/qos-lines.ts';
import { QosService } from '../services/qos-service.ts';
import { TrafficReport } from '../services/traffic-report.ts';
import { TrafficService } from '../services/traffic-service.ts';
import { ApplicationService } from '../services/application-service.ts';
import { FlowExplanationService } from '../services/flow-explanation.ts';
import { HostSetService } from '../services/host-set-service.ts';
import { TransportLinkService } from '../services/transport-link-service.ts';
import { UserDeletionService } from '../services/user-deletion-service.ts';
import { UserService } from '../services/user-service.ts';
import { checkStoredEvents } from './check-events.ts';
import { testAnchorKey } from './test-anchor-key.ts';
import { testDatabase } from './test-database.ts';

/** A wall clock that stands still until a test moves it. */
export class StoppedClock implements Clock {
  ms = Date.UTC(2030, 0, 1);
  now = (): number => this.ms;
  wall = (): number => this.ms;
}

/** Whoever a test is. */
export const tester: Actor = { type: 'user', id: 'user-1', name: 'tester', address: '192.0.2.99' };

export type TestNetwork = Awaited<ReturnType<typeof testNetwork>>;

/** All services on a database of their own, which `close` removes. A plugin sees every statement. */
export async function testNetwork(plugin?: KyselyPlugin) {
  const database = await testDatabase();
  const clock = new StoppedClock();
  const db = await openDatabase(database.url);
  const watched = plugin === undefined ? db : db.withPlugin(plugin);
  const store = new Store(watched, clock, new AuditLog(testAnchorKey()));
  const presence = new Presence();
  const failures: unknown[] = [];
  const documents = new DocumentService({
    store,
    timers: systemTimers,
    confirmWindowMs: 10_000,
    onFailure: (failure) => failures.push(failure),
  });
  const paths = new PathService(store, systemTimers);
  const traffic = new TrafficService(store);
  const [metrics, decisions] = [new MetricService(store, 90), new DecisionService(store)];
  const trafficHistory = new TrafficHistory(store);
  const qosLines = new QosLines(store);
  const reporting = { store, paths, traffic, metrics, decisions, qosLines };
  const siteDeletion = new SiteDeletionService(store);
  // Nobody signs in here, so nothing is signed.
  const sessions = new Sessions(store, {} as TokenSigner);
  const [users, userDeletion] = [new UserService(store, sessions), new UserDeletionService(store, sessions)];
  const policies = new PolicyService(store, traffic);
  await policies.ensureDefault();
  return {
    clock,
    store,
    presence,
    documents,
    paths,
    pathOverrides: new PathOverrideService({ store, paths, decisions, presence }),
    decisions,
    caches: new CacheService(documents, [metrics, decisions]),
    policies,
    policyDeletion: new PolicyDeletionService(store),
    sites: new SiteService(store, presence, documents),
    siteDeletion,
    declarations: new ApplyService(store, { siteDeletion, users, userDeletion }),
    users,
    userDeletion,
    endpoints: new EndpointService(store),
    endpointDeletion: new EndpointDeletionService(store),
    applications: new ApplicationService(store),
    hostSets: new HostSetService(store),
    policyAdvice: new PolicyAdvice(store),
    policyPreviews: new PolicyPreviews(store),
    flowExplanations: new FlowExplanationService({ store, paths, decisions }),
    links: new TransportLinkService(store),
    keys: new EnrolmentKeyService(store, { caFingerprint: 'f'.repeat(64), url: () => 'https://controller:8443' }),
    edges: new EdgeService(store, presence),
    qos: new QosService(store),
    qosLines,
    telemetry: new TelemetryService({ ...reporting, timers: systemTimers, gatherMs: 0 }),
    traffic,
    trafficHistory,
    trafficReport: new TrafficReport(store, traffic, trafficHistory),
    metrics,
    events: new EventService(store),
    audit: new AuditService(store),
    async close() {
      await documents.stop();
      await checkStoredEvents(store.db);
      await store.close();
      await database.remove();
      if (failures.length > 0) throw new AggregateError(failures, 'documents could not be compiled');
    },
  };
}

/** An endpoint that peers reach at an address. */
export const at = (label: string, device: string, address: string): EndpointInput => ({ label, device, address });
export const behindNat = (label: string, device: string): EndpointInput => ({ label, device, nat: true });

/** `field: problem` of everything wrong with an input, as its refusal tells it. */
export async function refusalOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof InvalidInputError) return thrown.problems.map((each) => `${each.field}: ${each.problem}`);
    throw thrown;
  }
  throw new Error('it was accepted');
}
