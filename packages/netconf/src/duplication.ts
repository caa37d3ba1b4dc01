import { canonicalJson } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { AttachedProgram, DuplicationState } from './kernel-state.ts';
import { byText } from './prefix-set.ts';
import type { Step } from './step.ts';

/** What a stamp takes of a packet, octets: packets of a duplicating class must leave room for it in the tunnel. */
export const stampSize = 16;

/** Whether any policy of the document asks for it. */
export const duplicates = ({ policies }: SiteDocument): boolean =>
  policies.some(({ action }) => action.duplicate === true);

/**
 * What the programs that duplicate must know: only packets to sites whose edges drop second copies are sent twice. Null where
 * there are no such programs.
 */
export function compileDuplication(
  document: SiteDocument,
  programs: readonly AttachedProgram[],
): DuplicationState | null {
  if (!programs.some(({ program }) => program === 'pt_dup_in')) return null;
  const sends = duplicates(document);
  const classes = document.policies.filter(({ action }) => action.duplicate === true).map((policy) => policy.class);
  const sites = document.remoteSites
    .filter(({ dropsCopies }) => sends && dropsCopies === true)
    .flatMap(({ index, prefixes }) => prefixes.map((prefix) => ({ prefix, index })));
  return {
    siteIndex: document.site.index,
    classes: classes.toSorted((a, b) => a - b),
    sites: sites.toSorted((a, b) => byText(a.prefix, b.prefix)),
  };
}

/** With the programs the kernel drops what they knew, so that nothing is to be done where none are wanted. */
export function duplicationSteps(observed: DuplicationState | null, desired: DuplicationState | null): Step[] {
  if (desired === null || canonicalJson(observed) === canonicalJson(desired)) return [];
  return [{ do: 'set_duplication', duplication: desired }];
}
