/** Gives several `ip` commands to one process, in a namespace. */
export const ipBatch = (namespace: string, commands: readonly string[]): string =>
  `ip -netns ${namespace} -batch - <<'END'\n${commands.join('\n')}\nEND`;

/** Loads an nft ruleset in a namespace, all or nothing. */
export const nftLoad = (namespace: string, ruleset: string): string =>
  `nsenter --net=/run/netns/${namespace} nft -f - <<'END'\n${ruleset}\nEND`;

/** Sets kernel settings in a namespace; names as below /proc/sys. */
export const sysctls = (namespace: string, settings: Readonly<Record<string, string>>): string => {
  const writes = Object.entries(settings).map(([name, value]) => `echo ${value} > /proc/sys/${name}`);
  return `nsenter --net=/run/netns/${namespace} sh -e -c '${writes.join('; ')}'`;
};

/** A router of the lab's own: forwards IPv4 and does not chatter IPv6. */
export const routerSettings: Readonly<Record<string, string>> = {
  'net/ipv4/ip_forward': '1',
  'net/ipv6/conf/all/disable_ipv6': '1',
  'net/ipv6/conf/default/disable_ipv6': '1',
};

/** Removes what a crash left of a namespace, and makes it new. */
export const freshNamespace = (namespace: string): string =>
  `ip netns del ${namespace} 2>/dev/null || :\nip netns add ${namespace}`;
