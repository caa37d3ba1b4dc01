import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EdgeStatus } from './status/index.ts';
import { eventually, EdgeNetwork, TrialController, TrialGateway } from './testing/index.ts';

const isRoot = process.getuid?.() === 0;
const [first, second] = TrialController.secrets;

/** Where other work takes the processor a path may flap, and is then held back for some seconds. */
const everyPathUp = (status: EdgeStatus): boolean =>
  status.paths.length === 2 && status.paths.every((path) => path.health === 'up');

describe.skipIf(!isRoot)('two edges in a real kernel (skipped without root)', () => {
  let network: EdgeNetwork;
  let gateway: TrialGateway;
  let controller: TrialController;
  let authority: TrialGateway['authority'];

  const startController = async (): Promise<void> => {
    const before = gateway as TrialGateway | undefined;
    gateway = await TrialGateway.start({
      path: network.controllerSocket,
      ...(before === undefined ? {} : { authority: before.authority, members: before.members }),
    });
    authority = gateway.authority;
    controller = new TrialController(gateway, before === undefined ? undefined : controller);
  };
  const pingAcross = (...args: string[]): Promise<string> =>
    network.edges[0].runOnHost('ping', '-n', '-i', '0.05', '-W', '2', ...args, '10.1.0.2');
  const kernelText = async (): Promise<string> => {
    const { edges } = network;
    const texts = [
      edges[0].run('ip', '-o', 'link', 'show'),
      edges[0].run('ip', 'rule', 'show'),
      edges[0].run('ip', 'route', 'show', 'table', 'all'),
      edges[0].run('ip', 'nexthop', 'show'),
      edges[0].run('nft', 'list', 'ruleset'),
    ];
    // Addresses that the kernel gives itself settle only some seconds after their device is up.
    return (await Promise.all(texts)).join('\n').replaceAll(/^.*fe80::.*\n/gm, '');
  };
  let kernelBefore: string;

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    kernelBefore = await kernelText();
    await startController();
  });
  afterAll(async () => {
    await network?.remove();
    await gateway?.stop();
  });

  it('join, bring their tunnels up, measure their paths and carry traffic from LAN to LAN', async () => {
    for (const [index, edge] of network.edges.entries()) {
      await edge.join(network.controllerUrl, gateway.key([first, second][index]));
      await edge.start();
    }
    for (const edge of network.edges) await eventually(() => edge.status(), everyPathUp);
    expect(await pingAcross('-c', '5')).toContain(' 0% packet loss');
    const status = await network.edges[0].status();
    expect(status).toMatchObject({ controller: { state: 'online' }, document: { confirmed: true, problem: null } });
    expect(authority.fingerprint).toHaveLength(64);
  });

  it('are told to the controller: paths, decisions, counters, events', async () => {
    await eventually(
      () => controller.telemetry(0),
      (batches) =>
        batches.some((batch) => batch.paths.some((path) => path.health === 'up')) &&
        batches.some((batch) => batch.decisions.length > 0) &&
        batches.some((batch) => batch.policies.some((counter) => counter.packets > 0)) &&
        batches.some((batch) => batch.events.some((event) => event.eventType === 'edge_started')),
    );
  });

  it('reach their controller over the other line when one goes dark', async () => {
    const { localAddress } = (await network.edges[0].status()).controller!;
    const line = localAddress === '198.51.100.1' ? 1 : 0;
    await network.blackout(0, line, true);
    try {
      await eventually(
        () => network.edges[0].status(),
        ({ controller: now }) => now?.state === 'online' && now.localAddress !== localAddress,
        12_000,
      );
    } finally {
      await network.blackout(0, line, false);
    }
    await eventually(() => network.edges[0].status(), everyPathUp);
  });

  it('go on forwarding when an edge is killed, and take over what it left without losing a packet', async () => {
    const ping = pingAcross('-c', '100');
    await delay(1_000);
    await network.edges[0].kill();
    await delay(1_000);
    await network.edges[0].start();
    expect(await ping).toContain(' 0% packet loss');
  });

  it('work after a restart with no controller, and tell it of that time when it is back', async () => {
    await gateway.stop();
    await network.edges[0].kill();
    const killedAt = Date.now();
    await network.edges[0].start();
    await eventually(() => network.edges[0].status(), everyPathUp);
    expect(await pingAcross('-c', '5')).toContain(' 0% packet loss');
    await network.blackout(0, 0, true);
    await eventually(
      () => network.edges[0].status(),
      (status) => status.paths.some((path) => path.health === 'down'),
    );
    await network.blackout(0, 0, false);
    await eventually(() => network.edges[0].status(), everyPathUp);
    const status = await network.edges[0].status();
    expect(status.controller?.state).not.toBe('online');
    expect(status.telemetry.waitingBatches).toBeGreaterThan(0);

    const backAt = Date.now();
    await startController();
    await eventually(
      () => controller.telemetry(0).flatMap((batch) => batch.events),
      (seen) => {
        const meanwhile = seen.filter(({ timestamp }) => timestamp > killedAt && timestamp < backAt);
        return ['edge_started', 'path_down'].every((type) => meanwhile.some((event) => event.eventType === type));
      },
    );
    const times = controller.telemetry(0).map((batch) => batch.from);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await eventually(
      () => network.edges[0].status(),
      ({ telemetry }) => telemetry.waitingBatches <= 1,
    );
  });

  it('restore the last good document when a new one is not confirmed', async () => {
    const { version } = (await network.edges[0].status()).document!;
    controller.confirms = false;
    controller.confirmWindowMs = 2_000;
    controller.push(0);
    await eventually(
      () => network.edges[0].status(),
      ({ document }) => document?.version !== version,
    );
    await eventually(
      () => network.edges[0].status(),
      ({ document }) => document?.version === version,
    );
    await eventually(
      () => controller.heard(0),
      (messages) => messages.some((message) => message.type === 'rejected' && message.restored === version),
    );
    controller.confirms = true;
    controller.confirmWindowMs = 30_000;
    expect(await pingAcross('-c', '5')).toContain(' 0% packet loss');
  });

  it('leave nothing behind, stopped in order or killed and cleaned', async () => {
    await network.edges[0].stop();
    expect(await kernelText()).toBe(kernelBefore);
    expect(await network.edges[0].status()).toMatchObject({ running: false, site: { name: `site of ${first}` } });
    await network.edges[0].start();
    await eventually(() => network.edges[0].status(), everyPathUp);
    await network.edges[0].kill();
    await network.edges[0].clean();
    expect(await kernelText()).toBe(kernelBefore);
  });
});
