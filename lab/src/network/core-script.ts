import { labelsLinked, controllerAddress, type LabPlan } from '../topology/index.ts';
import { freshNamespace, ipBatch, nftLoad, routerSettings, sysctls } from './script.ts';

/** Makes the core namespace, with the controller's address and the rule which lines exchange packets. */
export const coreScript = (plan: LabPlan): string =>
  [
    freshNamespace(plan.coreNamespace),
    sysctls(plan.coreNamespace, routerSettings),
    ipBatch(plan.coreNamespace, ['link set lo up', `addr add ${controllerAddress}/32 dev lo`]),
    nftLoad(plan.coreNamespace, coreRules(plan)),
  ].join('\n');

function coreRules(plan: LabPlan): string {
  const linked = plan.lines.flatMap((from) =>
    plan.lines
      .filter((to) => to !== from && labelsLinked(plan.topology, from.label, to.label))
      .map((to) => `"${from.coreDevice}" . "${to.coreDevice}"`),
  );
  const elements = linked.length === 0 ? '' : `\n    elements = { ${linked.join(', ')} }`;
  return `table inet lab {
  set linked {
    type ifname . ifname${elements}
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname . oifname @linked accept
  }
}`;
}
