import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  endPrograms,
  existingWorld,
  findPrograms,
  killPrograms,
  labHome,
  runScript,
  type LabHome,
  type LabProgram,
  type World,
} from '../machine/index.ts';
import { labNamespacePrefix } from '../topology/index.ts';
import { removeLabState } from './lab-state.ts';

/**
 * Ends a lab, whatever is left of it: programs with its marker, then its namespaces with all that is in them, then its
 * files but for the logs. What it needs to know it finds in the kernel. Doing it twice is as good as once.
 */
export async function labDown(options: { readonly dataDir: string }): Promise<void> {
  const home = labHome(options.dataDir);
  await endPrograms(() => findPrograms(home.id).filter(isController));
  await removeNetwork(home);
}

const isController = ({ role }: LabProgram): boolean => role === 'controller';

/** Removes all of a lab but its controller. */
export async function removeNetwork(home: LabHome): Promise<void> {
  const programs = (): LabProgram[] => findPrograms(home.id).filter((program) => !isController(program));
  const world = existingWorld(home);
  const holder = (program: LabProgram): boolean => program.role === 'holder';
  await killPrograms(() => programs().filter((program) => !holder(program)));
  if (world !== null) await removeNamespaces(home, world);
  await killPrograms(programs);
  for (const leftover of ['edges', 'run', 'wan.sock', 'control.sock'])
    rmSync(join(home.dir, leftover), { recursive: true, force: true });
  removeLabState(home);
}

/** Programs without our marker that somebody started in a namespace of ours would keep it alive, and so end with it. */
async function removeNamespaces(home: LabHome, world: World): Promise<void> {
  const names = (await runScript(world, 'ip netns list'))
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => name.startsWith(labNamespacePrefix(home.id)));
  if (names.length === 0) return;
  await runScript(
    world,
    names
      .map((name) => `for pid in $(ip netns pids ${name}); do kill -9 $pid || :; done\nip netns del ${name}`)
      .join('\n'),
  );
}
