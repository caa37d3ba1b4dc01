import { lanAddress, type SitePlan } from '../topology/index.ts';
import { freshNamespace, ipBatch } from './script.ts';

const lanDevice = 'lan';

/** Makes a site's edge with its LAN: a bridge that joins the hosts, whose default route is the edge. */
export const siteScript = (site: SitePlan): string =>
  [
    freshNamespace(site.namespace),
    ...site.hosts.map((host) => freshNamespace(host.namespace)),
    ipBatch(site.namespace, [
      'link set lo up',
      `link add ${lanDevice} type bridge`,
      `addr add ${lanAddress(site, site.lanGateway)} dev ${lanDevice}`,
      `link set ${lanDevice} up`,
      ...site.hosts.flatMap((host) => [
        `link add ${lanDevice}-${host.name} type veth peer name eth0 netns ${host.namespace}`,
        `link set ${lanDevice}-${host.name} master ${lanDevice} up`,
      ]),
    ]),
    ...site.hosts.map((host) =>
      ipBatch(host.namespace, [
        'link set lo up',
        `addr add ${lanAddress(site, host.address)} dev eth0`,
        'link set eth0 up',
        `route add default via ${site.lanGateway}`,
      ]),
    ),
  ].join('\n');
