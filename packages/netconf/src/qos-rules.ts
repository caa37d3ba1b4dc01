import { classMark, qosClassId, uplinkMark, type Policy, type QosClass } from '@patronus/core';
import type { SiteDocument } from '@patronus/protocol';
import type { Chain } from './kernel-state.ts';
import { classMask, hex } from './marks.ts';
import { byText } from './prefix-set.ts';

const encryptedMark = uplinkMark(0);

/**
 * Chains that give each packet on its way out its class of service: that of its policy, or else the one that its DSCP leads
 * to, or else the default. Forwarding sets the priority of a packet from its TOS, so it can be set only after that.
 */
export function qosChains({ endpoints, policies, qosClasses = [] }: SiteDocument): Chain[] {
  if (qosClasses.length === 0) return [];
  const devices = endpoints.map(({ device }) => `"${device}"`).toSorted(byText);
  const first = qosClasses.toSorted((a, b) => a.priority - b.priority || a.number - b.number)[0]!;
  return [
    ...qosClasses.map((each) => classChain(each, policies)),
    chain('qos', null, [
      ...byPolicy(policies, qosClasses),
      ...byDscp(qosClasses),
      `goto ${chainName(qosClasses.find(({ isDefault }) => isDefault) ?? first)}`,
    ]),
    chain('postrouting', 'type filter hook postrouting priority mangle; policy accept;', [
      // what has no forwarding class here is our own: probes, which must not wait behind what they measure
      `oifname "pt*" meta mark & ${hex(classMask)} == 0 goto ${chainName(first)}`,
      'oifname "pt*" goto qos',
      ...(devices.length === 0
        ? []
        : [`oifname { ${devices.join(', ')} } meta mark & ${hex(encryptedMark)} == 0 goto qos`]),
    ]),
  ];
}

/** What a policy says of DSCP goes before what a class says. */
function classChain({ number, setDscp }: QosClass, policies: readonly Policy[]): Chain {
  const marked = policies
    .filter(({ action }) => action.setDscp !== undefined)
    .map((policy) => hex(classMark(policy.class)));
  const kept = marked.length === 0 ? [] : [`meta mark & ${hex(classMask)} { ${marked.join(', ')} } return`];
  return chain(`qos_${number}`, null, [
    `meta priority set ${qosClassId(number)}`,
    ...(setDscp === null ? [] : [...kept, `ip dscp set ${setDscp}`, `ip6 dscp set ${setDscp}`]),
  ]);
}

/** A policy that names a class that is gone counts as naming none. */
function byPolicy(policies: readonly Policy[], classes: readonly QosClass[]): string[] {
  const named = new Map(classes.map((each) => [each.name, each]));
  const elements = policies.flatMap((policy) => {
    const target = policy.action.qosClass === undefined ? undefined : named.get(policy.action.qosClass);
    return target === undefined ? [] : [`${hex(classMark(policy.class))} : goto ${chainName(target)}`];
  });
  return elements.length === 0 ? [] : [`meta mark & ${hex(classMask)} vmap { ${elements.join(', ')} }`];
}

function byDscp(classes: readonly QosClass[]): string[] {
  const elements = classes.flatMap((each) => each.trustDscp.map((dscp) => `${dscp} : goto ${chainName(each)}`));
  const list = elements.join(', ');
  return elements.length === 0 ? [] : [`ip dscp vmap { ${list} }`, `ip6 dscp vmap { ${list} }`];
}

const chain = (name: string, hook: string | null, rules: readonly string[]): Chain => ({
  type: 'chain',
  name,
  hook,
  rules,
});

const chainName = ({ number }: QosClass): string => `qos_${number}`;
