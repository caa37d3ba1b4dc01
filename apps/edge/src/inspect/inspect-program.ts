import { writeSync } from 'node:fs';
import { inspectionGroup, systemClock } from '@patronus/core';
import { PacketTap, ProtocolDetector, shedPrivileges, Waiter } from '@patronus/linux';
import { FlowInspector, maxInspectedFlows, type ServiceFinding } from './flow-inspector.ts';
import { inspectorText, type InspectorLine } from './inspector-line.ts';

const [parentFd, tapFd] = [0, 3];
const longestWaitMs = 60_000;
/**
 * For what flows make nDPI allocate, some KB each, and for Node's garbage. With less, busy sites would end it; more is what a
 * packet that makes nDPI allocate without end may take from the machine.
 */
const moreDataBytes = 192 * 1024 * 1024;

const tell = (line: InspectorLine): void => void writeSync(1, `${inspectorText(line)}\n`);

/**
 * The inspector's entry: looks at the packets that come by descriptor 3, tells findings on its standard output, a line of
 * text each, and ends with its standard input. What it reads is what strangers send, in C, so that it first gives up all that it could do otherwise.
 */
function main(): void {
  const detector = new ProtocolDetector(maxInspectedFlows);
  const tap = PacketTap.attach(tapFd, 'copy', inspectionGroup);
  const inspector = new FlowInspector(systemClock, detector);
  const waiter = new Waiter([parentFd, tapFd]);
  shedPrivileges(moreDataBytes);
  tell({ type: 'ready', version: detector.version });
  for (;;) {
    const ready = waiter.wait(longestWaitMs);
    if ((ready & 1) !== 0) return;
    const findings: ServiceFinding[] = [];
    tap.receive(({ bytes, from, to }) => {
      const finding = inspector.take(bytes, from, to);
      if (finding !== null) findings.push(finding);
    });
    for (const finding of findings) tell({ type: 'found', finding });
  }
}

main();
