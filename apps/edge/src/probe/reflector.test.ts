import { describe, expect, it } from 'vitest';
import type { ReceivedDatagram } from '@patronus/linux';
import { SeededRandom } from '@patronus/testkit';
import {
  emptyReflectorPacket,
  maxStampPacketSize,
  readReflectorPacket,
  stampPacketSize,
  stampReflectorPacket,
  stampSenderPacket,
  writeSenderPacket,
  type ReflectorPacket,
} from '@patronus/protocol/stamp';
import {
  extendedPacketSize,
  lostLinkPacketSize,
  readExtensions,
  StampExtensionBuffer,
  writeLostLink,
  writeSenderExtensions,
} from '@patronus/protocol/stamp-extensions';
import { Reflector } from './reflector.ts';
import type { TrafficCounter } from './traffic-counter.ts';

const [ours, theirs, stranger] = [0x0a_00_00_01, 0x0a_00_00_02, 0x0a_00_00_03];
const moment = Date.UTC(2026, 10, 21);

class Answers {
  readonly view = new DataView(new ArrayBuffer(1024));
  readonly sent: {
    packet: ReflectorPacket;
    to: number;
    port: number;
    from: number;
    length: number;
    questionLength: number;
  }[] = [];

  queue(packet: { remoteAddress: number; remotePort: number; localAddress: number; length: number }): number {
    const { remoteAddress: to, remotePort: port, localAddress: from, length } = packet;
    this.sent.push({ packet: emptyReflectorPacket(), to, port, from, length, questionLength: 0 });
    return 0;
  }

  /** Reads what was queued last. */
  settle(): void {
    stampReflectorPacket(this.view, 0, moment + 6);
    readReflectorPacket(this.view, 0, stampPacketSize, this.sent.at(-1)!.packet);
  }
}

function probe(sequence: number, fields: Partial<ReceivedDatagram> = {}, sessionId = 5): ReceivedDatagram {
  const view = new DataView(new ArrayBuffer(140));
  writeSenderPacket(view, 0, { sequence, sessionId });
  stampSenderPacket(view, 0, moment);
  return {
    view,
    offset: 0,
    length: stampPacketSize,
    remoteAddress: theirs,
    remotePort: 40_000,
    localAddress: ours,
    ttl: 255,
    receivedMs: moment + 5,
    ...fields,
  };
}

function reflect(probes: readonly ReceivedDatagram[]): Answers['sent'] {
  const reflector = new Reflector();
  reflector.configure([{ localAddress: ours, remoteAddress: theirs }]);
  const answers = new Answers();
  for (const each of probes) {
    const before = answers.sent.length;
    reflector.handle(each, answers);
    if (answers.sent.length === before) continue;
    answers.settle();
    answers.sent.at(-1)!.questionLength = each.length;
  }
  return answers.sent;
}

describe('the reflector', () => {
  it('answers with what it received, from the address that was probed', () => {
    const [answer] = reflect([probe(77)]);
    expect(answer).toMatchObject({ to: theirs, port: 40_000, from: ours });
    expect(answer!.packet).toMatchObject({ sequence: 0, senderSequence: 77, sessionId: 5, senderTtl: 255 });
    expect(answer!.packet.receivedMs).toBeCloseTo(moment + 5, 2);
    expect(answer!.packet.reflectedMs).toBeCloseTo(moment + 6, 2);
  });

  it('counts its own answers per session, so that the sender can tell where packets were lost', () => {
    const sequences = reflect([probe(0), probe(1), probe(4), probe(0, {}, 6), probe(5)]).map((a) => a.packet.sequence);
    expect(sequences).toEqual([0, 1, 2, 0, 3]);
  });

  it('starts to count anew when the sender comes back on another port', () => {
    const sequences = reflect([probe(0), probe(1), probe(0, { remotePort: 41_000 })]).map((a) => a.packet.sequence);
    expect(sequences).toEqual([0, 1, 0]);
  });

  it('is silent to strangers, to probes for another of its addresses, and to what is no probe', () => {
    expect(
      reflect([
        probe(0, { remoteAddress: stranger }),
        probe(0, { localAddress: stranger }),
        probe(0, { remotePort: 0 }),
        probe(0, { length: 43 }),
        probe(0, { length: maxStampPacketSize + 1 }),
      ]),
    ).toEqual([]);
  });

  it('survives any octets that a known peer may send', () => {
    const random = new SeededRandom(3);
    const garbage = Array.from({ length: 500 }, (_, index) => {
      const view = new DataView(new ArrayBuffer(140));
      for (let at = 0; at < 140; at++) view.setUint8(at, random.next() * 256);
      const length = Math.floor(random.next() * 140);
      const receivedMs = moment + 4 * index;
      return probe(0, { view, length, receivedMs, remotePort: 1 + Math.floor(random.next() * 65_535) });
    });
    const answers = reflect([...garbage, probe(9, { receivedMs: moment + 9_000 })]);
    expect(answers.at(-1)!.packet.senderSequence).toBe(9);
    for (const { length, questionLength } of answers) expect(length).toBeLessThanOrEqual(questionLength);
  });

  it('answers one peer only so often, and goes on when it asks less', () => {
    const flood = Array.from({ length: 2_000 }, (_, index) => probe(index, { receivedMs: moment + index / 2 }));
    const answered = reflect([...flood, probe(7, { receivedMs: moment + 3_000 })]);
    expect(answered.length).toBeLessThan(800);
    expect(answered.length).toBeGreaterThan(700);
    expect(answered.at(-1)!.packet.senderSequence).toBe(7);
  });

  it('tells a peer that asks how its packets arrive, and hears how ours do', () => {
    const counter: TrafficCounter = {
      configure: () => {},
      read: (local, remote, into) =>
        void Object.assign(
          into,
          { generation: 3, expected: 100, received: 95, overtaken: 2, doubled: 1, sent: 70 },
          {
            ends: [local, remote],
          },
        ),
    };
    const heard: unknown[] = [];
    const reflector = new Reflector(counter, (...told) => heard.push(structuredClone(told)));
    reflector.configure([{ localAddress: ours, remoteAddress: theirs }]);
    const question = probe(1, { length: extendedPacketSize });
    const arrivals = { generation: 9, expected: 50, received: 49, overtaken: 0, doubled: 0 };
    writeSenderExtensions(question.view, 0, 60, arrivals);
    const answers = new Answers();
    reflector.handle(question, answers);
    const extensions = new StampExtensionBuffer();
    readExtensions(answers.view, 0, extendedPacketSize, extensions);
    expect(extensions.arrivals).toEqual({ generation: 3, expected: 100, received: 95, overtaken: 2, doubled: 1 });
    expect(extensions.direct).toEqual({ senderSent: 60, reflectorReceived: 95, reflectorSent: 70 });
    expect(heard).toEqual([[ours, theirs, arrivals, null]]);
  });

  it('hears of a link that the peer has lost, and answers no longer than it was asked', () => {
    const heard: unknown[] = [];
    const reflector = new Reflector(undefined, (...told) => heard.push(structuredClone(told)));
    reflector.configure([{ localAddress: ours, remoteAddress: theirs }]);
    const question = probe(1, { length: lostLinkPacketSize });
    writeLostLink(question.view, 0, { writerAddress: 7, readerAddress: 8 });
    const answers = new Answers();
    reflector.handle(question, answers);
    expect(heard).toEqual([[ours, theirs, null, { writerAddress: 7, readerAddress: 8 }]]);
    expect(answers.sent.map(({ length }) => length)).toEqual([lostLinkPacketSize]);
  });
});
