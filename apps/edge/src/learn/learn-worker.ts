import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { learningGroup, messageOf, systemClock } from '@patronus/core';
import { ConntrackMarks, EventSignal, NftSetWriter, PacketTap, raiseThreadPriority, Waiter } from '@patronus/linux';
import { Learner } from './learner.ts';
import type { FromLearnThread, LearnWorkerData, ToLearnThread } from './learn-messages.ts';

/** The main thread is told this often at most; it shows names to people. */
const tellMs = 200;
/** The thread lets itself be ended at least this often. */
const longestWaitMs = 1_000;

/** The learning thread's entry: takes packets, learns, lets them go on, until told to stop. */
function main(port: MessagePort, data: LearnWorkerData): void {
  const tell = (message: FromLearnThread): void => port.postMessage(message);
  const tap = PacketTap.attach(data.tapFd, data.mode, learningGroup);
  const sets = NftSetWriter.attach(data.setsFd, 'patronus');
  const marks = ConntrackMarks.attach(data.marksFd);
  const signal = EventSignal.attach(data.signalFd);
  const told = new Set<string>();
  const learner = new Learner(systemClock, {
    put: (elements) => sets.put(elements),
    clear: (flow, bits) => marks.clear(flow, bits),
    trouble: (error) => {
      const message = messageOf(error);
      if (!told.has(message)) tell({ type: 'trouble', message });
      told.add(message);
    },
  });
  const control = (): boolean => {
    for (;;) {
      const received = receiveMessageOnPort(port);
      if (received === undefined) return true;
      const message = received.message as ToLearnThread;
      if (message.type === 'stop') return false;
      learner.configure(message.plan);
      told.clear();
    }
  };
  raiseThreadPriority();
  if (control()) run({ tap, signal, learner, control, tell });
  port.close();
}

function run(parts: {
  readonly tap: PacketTap;
  readonly signal: EventSignal;
  readonly learner: Learner;
  readonly control: () => boolean;
  readonly tell: (message: FromLearnThread) => void;
}): void {
  const { tap, signal, learner, control, tell } = parts;
  const waiter = new Waiter([signal.fd, tap.fd]);
  let [toldMs, isTold] = [0, true];
  for (;;) {
    const ready = waiter.wait(isTold ? longestWaitMs : tellMs);
    if ((ready & 1) !== 0) {
      signal.clear();
      if (!control()) return;
    }
    const packets = tap.receive(({ bytes, from, to, id }) => {
      learner.take(bytes, from, to);
      tap.release(id);
    });
    if (packets > 0) isTold = false;
    if (isTold || performance.now() - toldMs < tellMs) continue;
    tell({ type: 'learned', news: learner.news(), counts: learner.counts });
    [toldMs, isTold] = [performance.now(), true];
  }
}

main(parentPort!, workerData as LearnWorkerData);
