import { tcPriority } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { Feature } from './feature.ts';
import { duplicates } from './duplication.ts';
import type { AttachedProgram, ObservedProgram } from './kernel-state.ts';
import type { LocalFacts } from './local-facts.ts';
import type { Step } from './step.ts';

/** Our programs for the kernel: the object of packages/ebpf that holds each, and the feature it belongs to. */
export const programs: Readonly<Record<string, { readonly object: string; readonly feature: Feature }>> = {
  pt_dup_in: { object: 'duplicate', feature: 'duplication' },
  pt_dup_out: { object: 'duplicate', feature: 'duplication' },
  pt_meter_in: { object: 'path-meter', feature: 'counting' },
  pt_meter_out: { object: 'path-meter', feature: 'counting' },
  pt_dscp_note: { object: 'outer-dscp', feature: 'outer_dscp' },
  pt_dscp_copy: { object: 'outer-dscp', feature: 'outer_dscp' },
};

/** The feature that a step is for, so that its refusal costs only that; null for what every edge must do. */
export function featureOf(step: Step): Feature | null {
  switch (step.do) {
    case 'attach_program':
      return programs[step.program.program]?.feature ?? null;
    case 'set_duplication':
      return 'duplication';
    case 'replace_ruleset':
      return step.ruleset.features[0] ?? null;
    default:
      return null;
  }
}

/** The programs of a document. */
export const compilePrograms = (document: SiteDocument, facts: LocalFacts): AttachedProgram[] => [
  ...countingPrograms(document, facts),
  ...duplicatingPrograms(document, facts),
  ...dscpPrograms(document, facts),
];

/** At every uplink there is; what stands at one that is down for the moment stays. */
function countingPrograms({ endpoints }: SiteDocument, facts: LocalFacts): AttachedProgram[] {
  if (facts.refused.has('counting')) return [];
  const { measure: priority } = tcPriority;
  return endpoints
    .filter(({ device }) => isThere(device, facts))
    .flatMap(({ device }): AttachedProgram[] => [
      { device, hook: 'ingress', priority, program: 'pt_meter_in' },
      { device, hook: 'egress', priority, program: 'pt_meter_out' },
    ]);
}

/**
 * What drops second copies stays once it is there, whatever the policies say now: an edge that
 * has not heard of a change yet may still send two of each packet.
 */
function duplicatingPrograms(document: SiteDocument, facts: LocalFacts): AttachedProgram[] {
  if (facts.refused.has('duplication')) return [];
  const { duplicate: priority } = tcPriority;
  const sends = duplicates(document);
  const receives = sends || facts.programs.some(({ program }) => program === 'pt_dup_in');
  return document.tunnels.flatMap(({ name: device }): AttachedProgram[] => [
    ...(receives ? [{ device, hook: 'ingress', priority, program: 'pt_dup_in' } as const] : []),
    ...(sends ? [{ device, hook: 'egress', priority, program: 'pt_dup_out' } as const] : []),
  ]);
}

/**
 * For uplinks whose outer packets carry the code point of what is inside: one at each of their tunnels, where the packet is
 * still to be read, and one at the uplink, where it is encrypted.
 */
function dscpPrograms({ endpoints, tunnels }: SiteDocument, facts: LocalFacts): AttachedProgram[] {
  if (facts.refused.has('outer_dscp')) return [];
  const at = { hook: 'egress', priority: tcPriority.outerDscp } as const;
  const copying = endpoints.filter(({ copiesDscp, device }) => copiesDscp === true && isThere(device, facts));
  const slots = new Set(copying.map(({ slot }) => slot));
  return [
    ...tunnels
      .filter(({ localSlot }) => slots.has(localSlot))
      .map(({ name: device }): AttachedProgram => ({ device, ...at, program: 'pt_dscp_note' })),
    ...copying.map(({ device }): AttachedProgram => ({ device, ...at, program: 'pt_dscp_copy' })),
  ];
}

/** Of an uplink, or one that is down for the moment and has a program of ours. */
const isThere = (device: string, facts: LocalFacts): boolean =>
  facts.uplinks[device] !== undefined || facts.programs.some((each) => each.device === device);

/** Programs that are missing, or there in another version. */
export function attachSteps(observed: readonly ObservedProgram[], desired: readonly AttachedProgram[]): Step[] {
  const current = new Set(observed.filter(({ isOutdated }) => isOutdated !== true).map(placeAndName));
  return desired
    .filter((program) => !current.has(placeAndName(program)))
    .map((program) => ({ do: 'attach_program', program }));
}

/** Programs that are no longer wanted, but for those that vanish with their device. */
export function detachSteps(
  observed: readonly ObservedProgram[],
  desired: readonly AttachedProgram[],
  doomed: ReadonlySet<string>,
): Step[] {
  const wanted = new Set(desired.map(place));
  return observed
    .filter((program) => !wanted.has(place(program)) && !doomed.has(program.device))
    .map(({ device, hook, priority, program }) => ({
      do: 'detach_program',
      program: { device, hook, priority, program },
    }));
}

const place = ({ device, hook, priority }: AttachedProgram): string => `${device} ${hook} ${priority}`;
const placeAndName = (program: AttachedProgram): string => `${place(program)} ${program.program}`;
