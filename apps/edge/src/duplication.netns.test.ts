import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { whyNoPrograms } from '@patronus/linux';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControllerProgram, createSites, EdgeNetwork, eventually, joinEdges, pathsAreUp } from './testing/index.ts';
import type { ReceivedDatagrams } from './testing/numbered-datagrams.ts';

interface Decision {
  readonly policy: string;
  readonly reason: string;
  readonly paths: readonly { readonly source_label: string }[];
  readonly copy_path: { readonly source_label: string } | null;
}

const isSlow = process.env['PATRONUS_SLOW_TESTS'] === '1';
const script = fileURLToPath(new URL('./testing/numbered-datagrams.ts', import.meta.url));
/** As a call between busy sites: half a thousand packets a second of 160 octets. */
const call = { rate: 500, bytes: 160 };

const unable = whyNoPrograms();

describe.skipIf(unable !== null)(`a policy that duplicates${unable === null ? '' : ` (skipped: ${unable})`}`, () => {
  let network: EdgeNetwork;
  let controller: ControllerProgram;

  const inHost = (edge: 0 | 1, ...args: string[]) =>
    spawn('ip', ['netns', 'exec', network.edges[edge].host, process.execPath, script, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  /** Sends datagrams from the first host to the second during the action; what was sent and what came. */
  const during = async (action: () => Promise<unknown>): Promise<ReceivedDatagrams & { sent: number }> => {
    const receiver = inHost(1, 'receive', '16400');
    await once(receiver.stdout, 'data');
    const sender = inHost(0, 'send', '10.1.0.2', '16400', String(call.rate), String(call.bytes));
    const sent = once(sender.stdout, 'data');
    await action();
    sender.stdin.end();
    const total = Number(String((await sent)[0]));
    await delay(300);
    receiver.stdin.end();
    const told = String((await once(receiver.stdout, 'data'))[0]);
    return { sent: total, ...(JSON.parse(told) as ReceivedDatagrams) };
  };
  const isCopied = async (): Promise<boolean> => {
    const { decisions } = await network.edges[0].status();
    return decisions.find(({ policy }) => policy === 'voice')?.copy !== null;
  };
  /** Darkness on one line after the other until the sender has noticed it, and light until it uses both again. */
  const blackouts = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done++) {
      const [edge, line] = [(done >> 1) % 2, done % 2] as [0 | 1, 0 | 1];
      await network.blackout(edge, line, true);
      await eventually(isCopied, (copied) => !copied);
      await network.blackout(edge, line, false);
      await eventually(isCopied, (copied) => copied);
    }
  };
  const voice = async (): Promise<Decision> => {
    const { items } = await controller.get<{ items: Decision[] }>('/decisions?source_site=hq');
    return items.find(({ policy }) => policy === 'voice')!;
  };

  beforeAll(async () => {
    network = await EdgeNetwork.create();
    controller = new ControllerProgram(network.directory);
    await controller.start();
    await createSites(controller, 'fast');
    await joinEdges(network, controller);
    await controller.send('POST', '/policies', {
      name: 'voice',
      priority: 100,
      match_conditions: { protocol: 'udp', destination_ports: [{ from: 16_384, to: 32_767 }] },
      action: { type: 'steer', prefer: ['mpls'], duplicate: true },
    });
    await pathsAreUp(network);
  });
  afterAll(async () => {
    await network?.remove();
    await controller?.kill();
  });

  it('goes over the two paths once the far edge has said that it drops second copies, and says so', async () => {
    const decision = await eventually(voice, (seen) => seen?.copy_path !== null && seen?.copy_path !== undefined);
    expect(decision.paths.map(({ source_label }) => source_label)).toEqual(['mpls']);
    expect(decision.copy_path?.source_label).toBe('broadband');
    expect(decision.reason).toContain('each packet also over broadband → broadband');
    const { decisions } = await network.edges[0].status();
    expect(decisions.find(({ policy }) => policy === 'voice')?.copy?.label).toBe('broadband');
  });

  // A path that was dark must prove itself for some seconds before it carries copies again.
  it('loses nothing and delivers nothing twice through blackouts of either path', { timeout: 900_000 }, async () => {
    const count = isSlow ? 100 : 3;
    const came = await during(() => blackouts(count));
    expect(came).toEqual({ sent: came.sent, distinct: came.sent, again: 0, damaged: 0 });
  });

  it('goes on through the crash of the edge that sends, and of the one that receives', async () => {
    const came = await during(async () => {
      for (const edge of network.edges) {
        await edge.kill();
        await edge.start();
        await pathsAreUp(network);
      }
    });
    expect(came).toEqual({ sent: came.sent, distinct: came.sent, again: 0, damaged: 0 });
  });

  it('is counted on each path, for the API and for Prometheus', async () => {
    const read = () =>
      controller.graphql<{
        paths: { source_site: string; source_label: string; copies: { sent: number; dropped: number } | null }[];
      }>('{ paths { source_site source_label copies { sent dropped first single late } } }');
    type Paths = Awaited<ReturnType<typeof read>>['paths'];
    const sum = (all: Paths, site: string, figure: 'sent' | 'dropped'): number =>
      all.reduce((total, path) => total + (path.source_site === site ? (path.copies?.[figure] ?? 0) : 0), 0);
    // an edge counts anew when it starts, as both have just done
    await during(() =>
      eventually(read, ({ paths }) => sum(paths, 'hq', 'sent') > 1_000 && sum(paths, 'branch', 'dropped') > 1_000),
    );
  });
});
