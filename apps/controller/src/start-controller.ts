import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, PatronusError, systemClock, systemTimers } from '@patronus/core';
import type { FastifyInstance } from 'fastify';
import { pino, type Logger } from 'pino';
import { accountServices } from './account-services.ts';
import type { ApiServices } from './api/api-services.ts';
import { AnswerCache } from './api/answer-cache.ts';
import { createHttpServer } from './api/http-server.ts';
import { AuditLog } from './audit/index.ts';
import { DataDirectory } from './data-directory.ts';
import { nodeIdOf, unusedSettings } from './cluster-settings.ts';
import { isPostgresUrl, openDatabase, PostgresHold, Store } from './database/index.ts';
import { CertificateAuthority, EdgeGateway } from './gateway/index.ts';
import type { SecretBox } from './secrets/index.ts';
import { ApplyService } from './services/apply/index.ts';
import { CacheService } from './services/cache-service.ts';
import { DecisionService } from './services/decision-service.ts';
import { DocumentService } from './services/document-service.ts';
import { EdgeService } from './services/edge-service.ts';
import { EndpointDrainService } from './services/endpoint-drain-service.ts';
import { EndpointDeletionService } from './services/endpoint-deletion-service.ts';
import { EndpointService } from './services/endpoint-service.ts';
import { EnrolmentKeyService } from './services/enrolment-key-service.ts';
import { EventService } from './services/event-service.ts';
import { EventSinkService } from './services/event-sink-service.ts';
import { LabLink } from './services/lab-link.ts';
import { NodeService } from './services/node-service.ts';
import { Maintenance, type MaintenanceParts } from './services/maintenance.ts';
import { MemoryTrimmer } from './services/memory-trimmer.ts';
import { ApplicationService } from './services/application-service.ts';
import { FlowExplanationService } from './services/flow-explanation.ts';
import { FlowService } from './services/flow-service.ts';
import { HostSetService } from './services/host-set-service.ts';
import { MetricService } from './services/metric-service.ts';
import { PathCheckService } from './services/path-check-service.ts';
import { PathOverrideService } from './services/path-override-service.ts';
import { PathService } from './services/path-service.ts';
import { PolicyDeletionService } from './services/policy-deletion-service.ts';
import { PolicyAdvice } from './services/policy-advice.ts';
import { PolicyPreviews } from './services/policy-preview.ts';
import { PolicyService } from './services/policy-service.ts';
import { Presence } from './services/presence.ts';
import { QosLines } from './services/qos-lines.ts';
import { QosService } from './services/qos-service.ts';
import { SlaReport } from './services/sla-report.ts';
import { SlaService } from './services/sla-service.ts';
import { SiteDeletionService } from './services/site-deletion-service.ts';
import { SiteService } from './services/site-service.ts';
import { TelemetryService, telemetryGatherMs } from './services/telemetry-service.ts';
import { TrafficHistory } from './services/traffic-history.ts';
import { TrafficReport } from './services/traffic-report.ts';
import { TrafficService } from './services/traffic-service.ts';
import { TransportLinkService } from './services/transport-link-service.ts';
import { retentionPeriods } from './services/retention-periods.ts';
import { databaseUrl, type ControllerSettings } from './settings.ts';
import { DeliveryQueue, parsePrivateTargets, realSenders, TargetPolicy } from './sinks/index.ts';

export interface RunningController {
  readonly httpUrl: string;
  /** Where edges connect. */
  readonly edgeUrl: string;
  /** One-time link by which the first administrator chooses a password; null once there is one. */
  readonly setupUrl: string | null;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/**
 * Starts a controller. Errors: `conflict` when another runs on the data directory, `address_in_use`, `database_newer`,
 * `database_unavailable`, `invalid_input` for a weak administrator password. A start that fails leaves nothing running.
 */
export async function startController(settings: ControllerSettings): Promise<RunningController> {
  await using started = new AsyncDisposableStack();
  const directory = started.use(DataDirectory.hold(settings.dataDir));
  // What people read goes to the standard output, so the log goes beside it.
  const logger = pino({ name: 'controller', level: settings.logLevel, redact: secretFields }, pino.destination(2));
  const onFailure = (failure: unknown): void => logger.error({ err: failure }, 'background work failed');

  const authority = await CertificateAuthority.open(directory.path, Math.round(systemClock.wall()));
  for (const text of unusedSettings(settings)) logger.warn(text);
  const store = await openStore(started, settings, authority, onFailure);
  started.defer(() => store.close());
  const presence = new Presence();
  const documents = new DocumentService({ ...settings, store, timers: systemTimers, onFailure });
  const accounts = await accountServices(store, settings, directory);
  const network = networkServices(store, presence, documents, accounts);
  const reports = await reportServices(store, settings, network);
  const { traffic, telemetry, metrics } = reports;
  started.defer(() => telemetry.flush().then(() => traffic.flush(), onFailure));
  const policies = new PolicyService(store, traffic);
  await policies.ensureDefault();
  const setupToken = await accounts.signIn.prepareFirstSignIn(settings.adminPassword ?? undefined);
  await documents.start();
  started.defer(() => documents.stop());

  const edges = new EdgeService(store, presence);
  const socketPath = directory.file('edge.sock');
  const gateway = await EdgeGateway.start({
    store,
    timers: systemTimers,
    logger,
    presence,
    documents,
    telemetry,
    edges,
    siteDeletion: network.siteDeletion,
    identity: await authority.serverIdentity(store.wallMs),
    host: settings.edgeHost,
    port: settings.edgePort,
    socketPath,
  });
  started.defer(() => gateway.stop());
  const edgeUrl = settings.edgeUrl ?? `https://${reachableHost(settings.edgeHost)}:${gateway.port}`;

  maintain(started, documents, upkeepOf({ store, retention: settings, onFailure }, network, accounts, reports));

  const services: ApiServices = {
    ...accounts,
    publicUrl: settings.publicUrl,
    store,
    ...network,
    policies,
    pathChecks: new PathCheckService(store, gateway),
    flows: new FlowService({ store, presence, edges: gateway, paths: network.paths }),
    ...reports,
    lab: new LabLink(store, settings.labSocket ?? directory.file('lab/control.sock')),
    ...cacheServices(store, network, metrics),
    nodes: new NodeService(store, nodeIdOf(settings), isPostgresUrl(databaseUrl(settings)) ? 'postgres' : 'sqlite'),
    retention: retentionPeriods(settings),
    events: new EventService(store),
    eventSinks: startDeliveries(started, { store, secrets: accounts.secrets }, settings, onFailure),
    enrolmentKeys: new EnrolmentKeyService(store, { caFingerprint: authority.fingerprint, url: () => edgeUrl }),
    edges,
  };
  const httpUrl = await serve(started, services, settings, logger);
  directory.announce({ pid: process.pid, http_url: httpUrl, edge_url: edgeUrl, edge_socket: socketPath });
  const running = started.move();
  return {
    httpUrl,
    edgeUrl,
    setupUrl: setupToken === null ? null : `${httpUrl}/setup#${setupToken}`,
    dataDir: directory.path,
    stop: () => running.disposeAsync(),
  };
}

type Base = Pick<MaintenanceParts, 'store' | 'retention' | 'onFailure'>;

/** What is done by the clock: deleting what is over, ending overrides, rotating keys. */
function upkeepOf(
  base: Base,
  { pathOverrides, siteDeletion, endpointDeletion, policyDeletion }: ReturnType<typeof networkServices>,
  { signer, userDeletion, apiKeys }: Awaited<ReturnType<typeof accountServices>>,
  { metrics, sla, traffic }: Awaited<ReturnType<typeof reportServices>>,
): Maintenance {
  const purging = [siteDeletion, endpointDeletion, policyDeletion, userDeletion, apiKeys];
  return new Maintenance({ ...base, metrics, sla, traffic, pathOverrides, signer, purging });
}

/** What users set and see of the network. */
function networkServices(
  store: Store,
  presence: Presence,
  documents: DocumentService,
  { users, userDeletion }: Pick<Awaited<ReturnType<typeof accountServices>>, 'users' | 'userDeletion'>,
) {
  const [paths, decisions] = [new PathService(store, systemTimers), new DecisionService(store)];
  const siteDeletion = new SiteDeletionService(store);
  const pathOverrides = new PathOverrideService({ store, paths, decisions, presence });
  return {
    presence,
    documents,
    sites: new SiteService(store, presence, documents),
    siteDeletion,
    declarations: new ApplyService(store, { siteDeletion, users, userDeletion }),
    endpoints: new EndpointService(store),
    endpointDeletion: new EndpointDeletionService(store),
    applications: new ApplicationService(store),
    hostSets: new HostSetService(store),
    policyAdvice: new PolicyAdvice(store),
    policyPreviews: new PolicyPreviews(store),
    flowExplanations: new FlowExplanationService({ store, paths, decisions }),
    transportLinks: new TransportLinkService(store),
    policyDeletion: new PolicyDeletionService(store),
    qos: new QosService(store),
    paths,
    decisions,
    pathOverrides,
    endpointDrains: new EndpointDrainService({ store, paths, pathOverrides, decisions, presence }),
  };
}

/** Sends events to the places that want them, until the controller stops. */
function startDeliveries(
  started: AsyncDisposableStack,
  stored: { readonly store: Store; readonly secrets: SecretBox },
  settings: ControllerSettings,
  onFailure: (failure: unknown) => void,
): EventSinkService {
  const allowed = parsePrivateTargets(settings.privateTargets);
  const policy = new TargetPolicy(allowed.ok ? allowed.value : 'none');
  const senders = realSenders(systemClock);
  const queue = new DeliveryQueue({ ...stored, senders, policy, random: { next: Math.random }, onFailure });
  queue.start(systemTimers);
  started.defer(() => queue.stop());
  return new EventSinkService({ ...stored, senders, policy, wake: () => queue.wake() });
}

/** What edges report, and what was reported before. */
async function reportServices(
  store: Store,
  { keepMetricsDays, keepSlaDays, keepTrafficDays }: ControllerSettings,
  { paths, decisions }: ReturnType<typeof networkServices>,
) {
  const [traffic, metrics] = [new TrafficService(store, keepTrafficDays), new MetricService(store, keepMetricsDays)];
  await traffic.load();
  const trafficHistory = new TrafficHistory(store);
  const trafficReport = new TrafficReport(store, traffic, trafficHistory);
  const qosLines = new QosLines(store);
  const [sla, slaReport] = [new SlaService(store, keepSlaDays), new SlaReport(store)];
  const telemetry = new TelemetryService({
    store,
    qosLines,
    paths,
    traffic,
    metrics,
    decisions,
    timers: systemTimers,
    gatherMs: telemetryGatherMs,
  });
  return { traffic, trafficHistory, trafficReport, metrics, telemetry, qosLines, sla, slaReport };
}

function maintain(started: AsyncDisposableStack, documents: DocumentService, maintenance: Maintenance): void {
  maintenance.start(systemTimers);
  started.defer(() => maintenance.stop());
  const trimmer = new MemoryTrimmer(systemTimers);
  documents.onCompiled(() => trimmer.touch());
  trimmer.touch();
  started.defer(() => trimmer.stop());
}

/** The audit log is signed with the authority's key, which is not in the database. Errors: `conflict` where it is in use. */
async function openStore(
  started: AsyncDisposableStack,
  settings: ControllerSettings,
  authority: CertificateAuthority,
  onFailure: (failure: unknown) => void,
): Promise<Store> {
  const url = databaseUrl(settings);
  // A file is held by its directory.
  if (isPostgresUrl(url)) started.use(await PostgresHold.take(url, nodeIdOf(settings), systemTimers, onFailure));
  return new Store(await openDatabase(url), systemClock, new AuditLog(authority));
}

function cacheServices(
  store: Store,
  { presence, documents, decisions }: ReturnType<typeof networkServices>,
  metrics: MetricService,
) {
  // What kept answers show: what is stored, who is online, and whether compiled documents are behind.
  const answers = new AnswerCache(
    () => `${store.version} ${presence.version} ${documents.isBehind}`,
    () => performance.now(),
  );
  return { answers, caches: new CacheService(documents, [metrics, decisions, answers]) };
}

/** What must not reach the log, should a request ever be logged whole. */
const secretFields = ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token', '*.secret'];

async function serve(
  started: AsyncDisposableStack,
  services: ApiServices,
  settings: ControllerSettings,
  logger: Logger,
): Promise<string> {
  const { host, port, trustedProxies } = settings;
  const webDir = settings.webDir ?? builtWebPage();
  const introspection = settings.graphqlIntrospection === 'on';
  const app = await createHttpServer({ services, host, logger, webDir, trustedProxies, introspection });
  started.defer(() => app.close());
  await listen(app, host, port);
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${reachableHost(host)}:${bound}`;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause;
    const why = code === 'EACCES' ? 'may not be used by this user' : 'is in use by another program';
    throw new PatronusError('address_in_use', `port ${port} of ${host} ${why}; choose another with --port`, {
      cause,
      facts: { host, port, reason: messageOf(cause) },
    });
  }
}

/** Where `npm run build` leaves the web page. */
const builtWebPage = (): string =>
  join(dirname(fileURLToPath(import.meta.resolve('@patronus/web/package.json'))), 'dist');

/** An address of this machine that others can use, for one that only says "all". */
function reachableHost(host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return host.includes(':') ? `[${host}]` : host;
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? 'localhost';
}
