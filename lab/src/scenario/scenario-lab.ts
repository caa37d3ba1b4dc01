import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  labBreak,
  labHeal,
  labImpair,
  labKill,
  labStart,
  labStatus,
  readControllerFile,
  runningLab,
  ControllerApi,
} from '../lifecycle/index.ts';
import { labHome, type LabHome } from '../machine/index.ts';
import { labHosts, startStream } from '../traffic/index.ts';
import { until } from '../until.ts';
import type { ObservedDecision, ObservedEvent, ObservedPath, ScenarioLab } from './ports.ts';
import type { ProgramName, StepAction } from './scenario.ts';

/** An edge answers within milliseconds. */
const edgeAnswerMs = 1_000;
/** A second or two, unless the machine has much else to do. */
const edgeStartMs = 60_000;
const eventsPerPage = 200;
/** As fine as edges report. */
const metricStepMs = 1_000;

interface DecisionItem {
  readonly policy: string;
  readonly source_site: string;
  readonly dest_site: string;
  readonly paths: readonly { readonly source_label: string }[];
}

/** What this program reads of an edge's status. */
interface EdgeStatus {
  readonly paths: readonly { readonly health: string }[];
  readonly decisions: readonly {
    readonly policy: string;
    readonly remoteSite: string;
    readonly paths: readonly { readonly label: string }[];
  }[];
}

/**
 * The lab that runs on a data directory, as scenarios see it.
 * @throws PatronusError `not_found` where none does.
 */
export function scenarioLab(dataDir: string): ScenarioLab {
  const lab = runningLab(dataDir);
  const home = labHome(dataDir);
  return {
    plan: lab.plan,
    startStream: (stream) => startStream(labHosts(lab), stream),
    act: (action) => act(dataDir, action),
    async restore() {
      await labHeal({ dataDir });
      await undrain(dataDir, () => true).catch(() => undefined);
      for (const program of await missingPrograms(dataDir)) await start(dataDir, program);
    },
    paths: () => api(dataDir).list<ObservedPath>('/paths'),
    async decisions() {
      try {
        return (await api(dataDir).list<DecisionItem>('/decisions')).map(
          ({ policy, source_site, dest_site, paths }) => ({
            policy,
            from: source_site,
            to: dest_site,
            labels: paths.map(({ source_label }) => source_label),
          }),
        );
      } catch {
        return (await Promise.all(lab.plan.sites.map(({ name }) => edgeDecisions(home, name)))).flat();
      }
    },
    events: (sinceMs) => events(dataDir, sinceMs),
    async measuredTimes(pathId, fromMs, toMs) {
      const query = new URLSearchParams({
        from: String(Math.floor(fromMs)),
        to: String(Math.ceil(toMs)),
        step: String(metricStepMs),
      });
      const { items } = await api(dataDir).request<{ items: { timestamp: number }[] }>(
        'GET',
        `/paths/${pathId}/metrics?${query.toString()}`,
      );
      return items.map(({ timestamp }) => timestamp);
    },
  };
}

/** Where the controller's API is now: a restarted one may have moved. */
const api = (dataDir: string): ControllerApi =>
  new ControllerApi(dataDir, readControllerFile(dataDir)?.http_url ?? 'http://localhost:8080');

async function act(dataDir: string, action: StepAction): Promise<void> {
  switch (action.do) {
    case 'break':
      await labBreak({ dataDir, ...action });
      break;
    case 'impair':
      await labImpair({ dataDir, ...action });
      break;
    case 'heal':
      await labHeal({ dataDir, ...action });
      break;
    case 'drain':
      await drain(dataDir, isOf(action));
      break;
    case 'undrain':
      await undrain(dataDir, isOf(action));
      break;
    case 'kill':
      await labKill({ dataDir, program: action.program });
      break;
    case 'start':
      await start(dataDir, action.program);
      break;
    case 'restart':
      await labKill({ dataDir, program: action.program });
      await start(dataDir, action.program);
      break;
  }
}

const isOf =
  ({ site, endpoint }: { readonly site: string; readonly endpoint: string }) =>
  (path: ObservedPath): boolean =>
    (path.source_site === site && path.source_label === endpoint) ||
    (path.dest_site === site && path.dest_label === endpoint);

async function drain(dataDir: string, which: (path: ObservedPath) => boolean): Promise<void> {
  for (const { id } of (await api(dataDir).list<ObservedPath>('/paths')).filter(which)) {
    await api(dataDir).request('POST', `/paths/${id}/failover`, { reason: 'a scenario drains it' });
  }
}

async function undrain(dataDir: string, which: (path: ObservedPath) => boolean): Promise<void> {
  const paths = await api(dataDir).list<ObservedPath & { readonly override: unknown }>('/paths');
  for (const { id } of paths.filter((path) => path.override !== null && which(path)))
    await api(dataDir).request('DELETE', `/paths/${id}/failover`);
}

/**
 * Starts a program and waits until it does its work: the controller serves, an edge knows the state of its paths. The
 * controller comes back on the ports that it had, which its file still tells after a kill.
 */
async function start(dataDir: string, program: ProgramName): Promise<void> {
  const file = readControllerFile(dataDir);
  const ports =
    file === null ? {} : { port: Number(new URL(file.http_url).port), edgePort: Number(new URL(file.edge_url).port) };
  await labStart({ dataDir, program, ...ports });
  if (program === 'controller') return;
  const site = program.slice('edge:'.length);
  await until(`the edge of ${site} to know its paths`, edgeStartMs, async () => {
    const paths = (await edgeStatus(labHome(dataDir), site))?.paths ?? [];
    return paths.length > 0 && paths.every(({ health }) => health !== 'unknown');
  });
}

async function missingPrograms(dataDir: string): Promise<ProgramName[]> {
  const { controller, sites } = await labStatus({ dataDir });
  const edges = sites.filter(({ edgePid }) => edgePid === null).map(({ name }): ProgramName => `edge:${name}`);
  return controller.running ? edges : ['controller', ...edges];
}

async function events(dataDir: string, sinceMs: number): Promise<ObservedEvent[]> {
  const found: ObservedEvent[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ since: String(sinceMs), limit: String(eventsPerPage) });
    if (cursor !== null) query.set('cursor', cursor);
    const page: { items: ObservedEvent[]; next_cursor: string | null } = await api(dataDir).request(
      'GET',
      `/events?${query.toString()}`,
    );
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found.toSorted((a, b) => a.timestamp - b.timestamp);
}

/** What an edge itself decided; nothing while it does not run. */
async function edgeDecisions(home: LabHome, site: string): Promise<ObservedDecision[]> {
  const decisions = (await edgeStatus(home, site))?.decisions ?? [];
  return decisions.map(({ policy, remoteSite, paths }) => ({
    policy,
    from: site,
    to: remoteSite,
    labels: paths.map(({ label }) => label),
  }));
}

/** What an edge says of itself on its socket; null while it does not run. */
async function edgeStatus(home: LabHome, site: string): Promise<EdgeStatus | null> {
  const socket = connect({
    path: join(home.edgeStateDir(site), 'edge.sock'),
    signal: AbortSignal.timeout(edgeAnswerMs),
  });
  try {
    return JSON.parse(await text(socket)) as EdgeStatus;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
