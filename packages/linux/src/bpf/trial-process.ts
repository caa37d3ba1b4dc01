/**
 * Loads, attaches and reads an eBPF program on the loopback device of the network namespace it is started in; fails with the
 * reason on standard error. A program of its own, as `patronus doctor` tries everything in namespaces that end with the trial.
 */
import { messageOf } from '@patronus/core';
import { BpfObject } from './bpf-object.ts';
import { attachedProgram, attachProgram } from './tc-filter.ts';

try {
  const place = { device: 'lo', hook: 'ingress', priority: 10 } as const;
  const trial = BpfObject.load('trial');
  attachProgram(place, trial.program('pt_trial'));
  if (attachedProgram(place) === null) throw new Error('the program is not there after it was attached');
  if (trial.map('trial_packets').get(new Uint8Array(4)) === null) throw new Error('its map cannot be read');
} catch (error) {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
