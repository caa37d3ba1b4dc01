import { ipv4Packet } from '@patronus/applications/testing';
import { VirtualTime } from '@patronus/testkit';
import { expect, it } from 'vitest';
import { FlowInspector, maxInspectedFlows } from './flow-inspector.ts';
import { InspectedServices } from './inspected-services.ts';

/** Knows SSH by its banner, and which slots it holds. */
function inspector() {
  const time = new VirtualTime();
  const held = new Set<number>();
  let taken = 0;
  const made = new FlowInspector(time, {
    take: (slot, bytes, from, to) => {
      taken++;
      held.add(slot);
      return Buffer.from(bytes.subarray(from, to)).includes('SSH-2.0') ? ['SSH'] : [];
    },
    forget: (slot) => void held.delete(slot),
  });
  const take = (packet: Uint8Array) => made.take(packet, 0, packet.length);
  return { time, held, take, made, taken: () => taken };
}
const client = ['10.1.0.10', 40_000] as const;
const server = ['10.2.0.20', 7_022] as const;
const packet = (source: readonly [string, number], destination: readonly [string, number], text: string): Uint8Array =>
  ipv4Packet({ protocol: 'tcp', source, destination, payload: Buffer.from(text) });
const ssh = { protocol: 'tcp', destination: '10.2.0.20', destinationPort: 7_022, application: 'ssh' };

it("finds the service by what either end says, and looks at the flow's other packets no more", () => {
  const { take, held, taken } = inspector();
  expect(take(packet(client, server, ''))).toBeNull();
  expect(take(packet(server, client, 'SSH-2.0-OpenSSH_9.2'))).toEqual(ssh);
  expect(held.size).toBe(0);
  expect(take(packet(server, client, 'SSH-2.0-again'))).toBeNull();
  expect(taken()).toBe(2);
});

it('gives up a flow that shows nothing', () => {
  const { take, made } = inspector();
  for (let count = 0; count < 24; count++) take(packet(client, server, 'x'));
  expect(made.waiting).toBe(0);
  expect(take(packet(client, server, 'SSH-2.0'))).toBeNull();
});

it('holds a bounded number of flows, and those that went silent not for long', async () => {
  const { take, made, held, time } = inspector();
  const begin = (index: number) =>
    take(packet([`10.3.${(index >> 8) & 255}.${index & 255}`, 1_000 + (index >> 16)], server, 'x'));
  for (let index = 0; index < 3 * maxInspectedFlows; index++) begin(index);
  expect(held.size).toBe(maxInspectedFlows);
  await time.advance(15_000);
  begin(4 * maxInspectedFlows);
  expect(made.waiting).toBe(1);
});

it('whatever octets come, nothing is thrown', () => {
  const { take } = inspector();
  for (let length = 0; length < 60; length++)
    expect(() => take(packet(client, server, 'SSH-').slice(0, length))).not.toThrow();
});

it('a service keeps its application for an hour after it was last found', async () => {
  const time = new VirtualTime();
  const services = new InspectedServices(time);
  services.learn(ssh as Parameters<InspectedServices['learn']>[0]);
  const applicationOf = (destinationPort: number) =>
    services.applicationOf({ ...ssh, destination: '10.2.0.20' as never, destinationPort });
  expect([applicationOf(7_022), applicationOf(7_023)]).toEqual(['ssh', null]);
  await time.advance(3_600_000);
  expect(applicationOf(7_022)).toBeNull();
});
