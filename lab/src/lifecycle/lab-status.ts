import { existingWorld, findProgram, labHome } from '../machine/index.ts';
import { planLab } from '../topology/index.ts';
import { ControllerApi, readControllerFile } from './controller-api.ts';
import { lineReports, type LineReport } from './lab-lines.ts';
import { readLabState } from './lab-state.ts';
import type { EmulatorKind } from '../wan/index.ts';

export interface LabStatus {
  /** `partial`: not everything that belongs to it runs; "lab down" clears it away. */
  readonly state: 'up' | 'partial' | 'down';
  readonly id: string;
  readonly dataDir: string;
  readonly topology: string | null;
  readonly emulator: EmulatorKind | null;
  /** False where it lives in the namespaces of an ordinary user. */
  readonly privileged: boolean;
  readonly controller: { readonly running: boolean; readonly httpUrl: string | null; readonly startedByLab: boolean };
  readonly sites: readonly {
    readonly name: string;
    /** Process id of the edge; null where it does not run. */
    readonly edgePid: number | null;
    readonly hosts: readonly { readonly name: string; readonly address: string }[];
  }[];
  readonly lines: readonly LineReport[];
}

/** What runs of the lab on a data directory, and what is wrong with its lines on purpose. */
export async function labStatus(options: { readonly dataDir: string }): Promise<LabStatus> {
  const home = labHome(options.dataDir);
  const state = readLabState(home);
  const plan = state === null ? null : planLab(state.topology, home.id);
  const file = readControllerFile(home.dataDir);
  const controller = {
    running: file !== null && (await new ControllerApi(home.dataDir, file.http_url).ready()),
    httpUrl: file?.http_url ?? null,
    startedByLab: findProgram(home, 'controller') !== undefined,
  };
  const sites = (plan?.sites ?? []).map((site) => ({
    name: site.name,
    edgePid: findProgram(home, `edge:${site.name}`)?.pid ?? null,
    hosts: site.hosts.map(({ name, address }) => ({ name, address })),
  }));
  const wires = state?.emulator !== 'tap' || findProgram(home, 'wan') !== undefined;
  const whole = state?.stage === 'up' && controller.running && wires && sites.every((site) => site.edgePid !== null);
  return {
    state: state === null ? 'down' : whole ? 'up' : 'partial',
    id: home.id,
    dataDir: home.dataDir,
    topology: state?.topology.name ?? null,
    emulator: state?.emulator ?? null,
    privileged: existingWorld(home)?.privileged ?? false,
    controller,
    sites,
    lines: plan === null || state === null ? [] : lineReports({ plan, state }),
  };
}
