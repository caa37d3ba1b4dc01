import type { ProbeProfile } from '@patronus/core';
import type { ControllerProgram } from './controller-program.ts';
import type { EdgeNetwork } from './edge-network.ts';
import { eventually } from './eventually.ts';

/** The sites of an {@link EdgeNetwork}, in the order of its edges. */
export const siteNames = ['hq', 'branch'] as const;

/** Tells the controller of both sites, each with two lines that reach their likes. */
export async function createSites(controller: ControllerProgram, profile: ProbeProfile = 'default'): Promise<void> {
  for (const [index, name] of siteNames.entries()) {
    await controller.send('POST', '/sites', {
      name,
      prefixes: [`10.${index}.0.0/24`],
      endpoints: [
        { label: 'mpls', device: 'wan0', address: `192.0.2.${index + 1}`, profile },
        { label: 'broadband', device: 'wan1', address: `198.51.100.${index + 1}`, profile },
      ],
    });
  }
  const links = ['mpls', 'broadband'].map((label) => ({ a: label, b: label }));
  await controller.send('PUT', '/transport-links', { links });
}

/** Enrols the edges of sites that the controller knows, and starts them. */
export async function joinEdges(network: EdgeNetwork, controller: ControllerProgram): Promise<void> {
  for (const [index, edge] of network.edges.entries()) {
    const { key } = await controller.send<{ key: string }>('POST', '/enrolment-keys', { site: siteNames[index] });
    await edge.join(network.controllerUrl, key);
    await edge.start();
  }
}

/** Resolves when each edge says that both of its paths are up. */
export const pathsAreUp = (network: EdgeNetwork): Promise<unknown> =>
  eventually(
    () => Promise.all(network.edges.map((edge) => edge.status())),
    (all) => all.every(({ paths }) => paths.length === 2 && paths.every((path) => path.health === 'up')),
  );
