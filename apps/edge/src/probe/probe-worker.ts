import { randomUUID } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { messageOf, type Clock } from '@patronus/core';
import {
  EventSignal,
  FlowCounters,
  NextHopSwitch,
  ProbeSocket,
  raiseThreadPriority,
  RealtimeClock,
  Waiter,
  type PathMeterDescriptors,
} from '@patronus/linux';
import type { SiteDocument } from '@patronus/protocol';
import { CopyTargets, noCopies } from './copy-targets.ts';
import { FlowCounter } from './flow-counter.ts';
import { PathEngine } from './path-engine.ts';
import { planProbes } from './probe-plan.ts';
import { runProbeLoop } from './probe-loop.ts';
import { Reflector } from './reflector.ts';
import { SocketOutlet } from './socket-outlet.ts';
import type { FromProbeThread, ProbeWorkerData, ToProbeThread } from './thread-messages.ts';

/** The probe thread's entry: puts engine, reflector and sockets together and runs their loop until told to stop. */
function main(port: MessagePort, data: ProbeWorkerData): void {
  const tell = (message: FromProbeThread): void => port.postMessage(message);
  const realtime = new RealtimeClock();
  const clock: Clock = { now: () => performance.now(), wall: () => realtime.nowMs() };
  const senderSocket = ProbeSocket.attach(data.senderFd);
  const reflectorSocket = ProbeSocket.attach(data.reflectorFd);
  const signal = EventSignal.attach(data.signalFd);
  const flows = new FlowCounter(Math.random());
  const meter = new MeterSwitch(flows);
  const reflector: Reflector = new Reflector(flows, (...told) => engine.heard(...told));
  const engine = new PathEngine({
    clock,
    counter: flows,
    outlet: new SocketOutlet(senderSocket, flows),
    groups: NextHopSwitch.attach(data.switchFd),
    newId: randomUUID,
    listener: {
      paths: (reports) => tell({ type: 'paths', reports }),
      decisions: (decisions, isAll) => tell({ type: 'decisions', decisions, isAll }),
      event: (event) => tell({ type: 'event', event }),
      probed: (request, result) => tell({ type: 'probed', request, result }),
    },
  });
  let copies: CopyTargets | null = null;
  const configure = (message: ToProbeThread & { type: 'configure' }): void => {
    let problem: string | null = null;
    try {
      const before = copies;
      copies = findCopies(message.document);
      const plan = planProbes(message.document, copies !== null);
      meter.use(message.meter);
      reflector.configure(plan.peers);
      engine.configure(plan, copies ?? noCopies);
      before?.close();
    } catch (error) {
      problem = messageOf(error);
    }
    tell({ type: 'configured', request: message.request, problem });
  };
  const obey = (message: ToProbeThread): boolean => {
    if (message.type === 'configure') configure(message);
    else if (message.type === 'links_down') engine.linksDown(message.devices);
    else if (message.type === 'far_ends') flows.setFarEnds(message.farEnds);
    else if (message.type === 'probe') engine.probeNow(message.pathId, message.request);
    return message.type !== 'stop';
  };
  const control = (): boolean => {
    for (;;) {
      const received = receiveMessageOnPort(port);
      if (received === undefined) return true;
      if (!obey(received.message as ToProbeThread)) return false;
    }
  };
  tell({ type: 'started', priority: raiseThreadPriority() });
  const waiter = new Waiter([signal.fd, senderSocket.fd, reflectorSocket.fd]);
  // Messages may have come before the signal was watched.
  if (control()) runProbeLoop({ clock, engine, reflector, senderSocket, reflectorSocket, waiter, signal, control });
  port.close();
}

/** Null where no policy duplicates, or the kernel does not let us. */
function findCopies({ policies, tunnels }: SiteDocument): CopyTargets | null {
  const classes = policies.filter(({ action }) => action.duplicate === true).map((policy) => policy.class);
  if (classes.length === 0) return null;
  return CopyTargets.find(
    tunnels.map(({ name }) => name),
    new Set(classes),
  );
}

/** Opens the counters of the program that stands at the uplinks, when that is another one. */
class MeterSwitch {
  readonly #flows: FlowCounter;
  #used: PathMeterDescriptors | null = null;

  constructor(flows: FlowCounter) {
    this.#flows = flows;
  }

  use(meter: PathMeterDescriptors | null): void {
    if (meter?.counts === this.#used?.counts) return;
    this.#used = meter;
    this.#flows.use(meter === null ? null : new FlowCounters(meter));
  }
}

main(parentPort!, workerData as ProbeWorkerData);
