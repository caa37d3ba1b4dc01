import { runScript, type LabHome, type World } from '../machine/index.ts';
import {
  coreScript,
  lineAddressScript,
  lineRules,
  lineScript,
  nftLoad,
  providerScript,
  siteScript,
} from '../network/index.ts';
import type { LabPlan } from '../topology/index.ts';
import { NetemEmulator, type LineEmulator } from '../wan/index.ts';
import { plannedSettings } from './lab-lines.ts';
import { emulatorOf } from './running-lab.ts';

/** Namespaces, lines and their emulation, as one shell each. */
export async function buildNetwork(home: LabHome, world: World, plan: LabPlan): Promise<LineEmulator> {
  await runScript(
    world,
    [coreScript(plan), ...plan.sites.map(siteScript), ...plan.lines.map(providerScript)].join('\n'),
  );
  const netem = await NetemEmulator.available(world, plan.coreNamespace);
  const emulator = emulatorOf(netem ? 'netem' : 'tap', home, world, plan);
  await emulator.start();
  const script = plan.lines.flatMap((line) => [
    lineScript(plan, line, emulator.wiring.siteDevice),
    emulator.layScript(line),
    nftLoad(line.namespace, lineRules(emulator.wiring, [])),
    lineAddressScript(line),
  ]);
  await runScript(world, script.join('\n'));
  await emulator.apply(plannedSettings(plan.lines));
  return emulator;
}
