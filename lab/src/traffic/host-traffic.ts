import type { ChildProcess } from 'node:child_process';
import type { Address } from '@patronus/core';

/** A LAN host of a site by its name, such as `h2`; the site's first where none is named. */
export interface HostRef {
  readonly site: string;
  readonly host?: string;
}

/** What traffic needs of a network of hosts. */
export interface TrafficHosts {
  /** @throws PatronusError `not_found`, naming the hosts there are. */
  addressOf(host: HostRef): Address;
  /** Starts a command in the host's namespace, with pipes for its standard input, output and error. */
  start(host: HostRef, argv: readonly string[]): ChildProcess;
}
