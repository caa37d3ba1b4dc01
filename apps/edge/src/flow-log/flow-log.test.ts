import type { Policy } from '@patronus/core';
import { siteDocument, VirtualTime } from '@patronus/testkit';
import { expect, it } from 'vitest';
import { FlowLog, type FlowTap } from './flow-log.ts';

type Packet = Parameters<Parameters<FlowTap['receive']>[0]>[0];

const guests: Policy = {
  ...siteDocument().policies[0]!,
  id: 7,
  name: 'guests',
  action: { type: 'drop', log: true },
};
const logging = siteDocument({ policies: [guests, ...siteDocument().policies] });
/** UDP from 10.1.0.7, port 4000, to 192.0.2.9. */
const udpTo = (port: number, label = 'patronus policy 7 '): Packet => {
  // prettier-ignore
  const bytes = Uint8Array.from([
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 1, 0, 7, 192, 0, 2, 9,
    4_000 >> 8, 4_000 & 255, port >> 8, port & 255, 0, 8, 0, 0,
  ]);
  return { bytes, from: 0, to: bytes.length, label };
};

function flowLog() {
  const time = new VirtualTime();
  const events: { readonly type: string; readonly message: string; readonly metadata: unknown }[] = [];
  const waiting: Packet[] = [];
  let open = 0;
  const log = new FlowLog({
    clock: time,
    timers: time,
    event: (type, _severity, message, metadata) => void events.push({ type, message, metadata }),
    open: () => {
      open++;
      return {
        receive: (handle) => {
          const some = waiting.splice(0);
          for (const packet of some) handle(packet);
          return some.length;
        },
        close: () => void open--,
      };
    },
  });
  return { log, time, events, waiting, isOpen: () => open === 1 };
}

it('tells of a logged flow within a second, and of many at once after', async () => {
  const { log, time, events, waiting } = flowLog();
  log.follow(logging);
  waiting.push(udpTo(53));
  await time.advance(1_000);
  expect(events).toMatchObject([
    {
      type: 'flow_logged',
      message: 'Policy guests logged udp 10.1.0.7:4000 → 192.0.2.9:53',
      metadata: { policy: 'guests', policy_id: 7, flows: 1, source_port: 4_000, destination_port: 53 },
    },
  ]);
  for (let port = 100; port < 105; port++) {
    waiting.push(udpTo(port));
    await time.advance(1_000);
  }
  expect(events).toHaveLength(1);
  await time.advance(5_000);
  expect(events[1]?.message).toBe('Policy guests logged 5 flows, the latest udp 10.1.0.7:4000 → 192.0.2.9:104');
});

it('passes over what belongs to no policy that logs, and what is no packet', async () => {
  const { log, time, events, waiting } = flowLog();
  log.follow(logging);
  waiting.push(udpTo(53, 'patronus policy 8 '), udpTo(53, ''), { ...udpTo(53), to: 11 });
  await time.advance(2_000);
  expect(events).toEqual([]);
});

it('listens only while a policy logs', () => {
  const { log, isOpen } = flowLog();
  log.follow(siteDocument());
  expect(isOpen()).toBe(false);
  log.follow(logging);
  log.follow(logging);
  expect(isOpen()).toBe(true);
  log.follow(null);
  expect(isOpen()).toBe(false);
});
