import { prefixLength } from '@patronus/core';
import type { LabPlan, LinePlan } from '../topology/index.ts';
import { freshNamespace, ipBatch, nftLoad, routerSettings, sysctls } from './script.ts';

/** The provider's device with the site's default gateway on it. */
export const gatewayDevice = 'gateway';
/** The provider's device towards the core. */
export const transitDevice = 'transit';

/**
 * Makes a line's provider between the site and the core, which exist already, apart from the stretch that the emulator
 * lays: `siteDevice` is the provider's end of the site's uplink.
 *
 *     site [label]──[siteDevice] ~emulator~ [gateway] provider [transit]──[lineN] core
 */
export const providerScript = (line: LinePlan): string =>
  [freshNamespace(line.namespace), sysctls(line.namespace, routerSettings)].join('\n');

export function lineScript(plan: LabPlan, line: LinePlan, siteDevice: string): string {
  const length = prefixLength(line.network);
  const route = line.nat ? [] : [`route add ${line.network} via ${line.providerAddress}`];
  return [
    ipBatch(plan.coreNamespace, [
      `link add ${line.coreDevice} type veth peer name ${transitDevice} netns ${line.namespace}`,
      `addr add ${line.coreAddress}/${length} dev ${line.coreDevice}`,
      `link set ${line.coreDevice} up`,
      ...route,
    ]),
    ipBatch(line.namespace, [
      `link add ${siteDevice} type veth peer name ${line.label} netns ${line.siteNamespace}`,
      'link set lo up',
      `link set ${siteDevice} up`,
      `addr add ${line.providerAddress}/${length} dev ${transitDevice}`,
      `link set ${transitDevice} up`,
      `route add default via ${line.coreAddress}`,
    ]),
    ...(line.nat ? [nftLoad(line.namespace, masquerade)] : []),
    ipBatch(line.siteNamespace, [
      `link set ${line.label} up`,
      `addr add ${line.siteAddress}/${length} dev ${line.label}`,
    ]),
  ].join('\n');
}

/** Once the gateway device exists and the site's uplink is up: the addresses and routes that need both. */
export const lineAddressScript = (line: LinePlan): string =>
  [
    ipBatch(line.namespace, [
      `addr add ${line.gateway}/${prefixLength(line.network)} dev ${gatewayDevice}`,
      `link set ${gatewayDevice} up`,
    ]),
    ipBatch(line.siteNamespace, [
      `route add default via ${line.gateway} dev ${line.label} metric ${firstMetric + line.index}`,
    ]),
  ].join('\n');

/** Default routes of one edge differ in their metric, as those of several DHCP leases do. */
const firstMetric = 100;

const masquerade = `table ip lab {
  chain leaving {
    type nat hook postrouting priority srcnat;
    oifname "${transitDevice}" masquerade
  }
}`;
