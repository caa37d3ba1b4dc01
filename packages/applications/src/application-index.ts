import {
  DomainIndex,
  isIpv6,
  prefixBits,
  prefixLength,
  type Address,
  type Application,
  type ApplicationPort,
  type Prefix,
} from '@patronus/core';

/** What is known of a flow, as far as applications go. */
export interface FlowFacts {
  readonly protocol: string;
  readonly destinationPort: number;
  readonly destination: Address;
  /** Names by which the server is known, the one that was asked for first. */
  readonly serverNames: readonly string[];
}

interface Candidate {
  readonly application: Application;
  readonly ports: readonly ApplicationPort[];
}

/**
 * Tells which application a flow is of. What says most decides: the name of the server, with the closest pattern first, then
 * its prefix, then the port, with the narrowest range first.
 */
export class ApplicationIndex {
  readonly #byDomain = new DomainIndex<Candidate>();
  readonly #byPrefix: { readonly bits: string; readonly ipv6: boolean; readonly candidate: Candidate }[] = [];
  readonly #byPort = new Map<string, { readonly range: ApplicationPort; readonly application: Application }[]>();

  /** Of two that a flow shows equally, the one that comes first is meant. */
  constructor(applications: readonly Application[]) {
    for (const application of applications) {
      for (const { domains = [], prefixes = [], ports = [] } of application.signatures) {
        const candidate = { application, ports };
        for (const domain of domains) this.#byDomain.add(domain, candidate);
        for (const prefix of prefixes) this.#addPrefix(prefix, candidate);
        if (domains.length + prefixes.length === 0) for (const range of ports) this.#addPort(range, application);
      }
    }
    this.#byPrefix.sort((a, b) => b.bits.length - a.bits.length);
  }

  /** Null where the flow shows no signature of any. */
  find(flow: FlowFacts): Application | null {
    for (const name of flow.serverNames) {
      const named = this.#byDomain.find(name).find(({ ports }) => portFits(ports, flow));
      if (named !== undefined) return named.application;
    }
    return this.#findByPrefix(flow) ?? this.#findByPort(flow);
  }

  #findByPrefix(flow: FlowFacts): Application | null {
    if (this.#byPrefix.length === 0) return null;
    const ipv6 = isIpv6(flow.destination);
    const bits = prefixBits(`${flow.destination}/${ipv6 ? 128 : 32}` as Prefix);
    const found = this.#byPrefix.find(
      (each) => each.ipv6 === ipv6 && bits.startsWith(each.bits) && portFits(each.candidate.ports, flow),
    );
    return found?.candidate.application ?? null;
  }

  #findByPort({ protocol, destinationPort }: FlowFacts): Application | null {
    const found = this.#byPort
      .get(protocol)
      ?.find(({ range }) => range.from <= destinationPort && destinationPort <= range.to);
    return found?.application ?? null;
  }

  #addPrefix(prefix: Prefix, candidate: Candidate): void {
    if (prefixLength(prefix) === 0) return;
    this.#byPrefix.push({ bits: prefixBits(prefix), ipv6: isIpv6(prefix), candidate });
  }

  #addPort(range: ApplicationPort, application: Application): void {
    const known = this.#byPort.get(range.protocol) ?? [];
    const width = range.to - range.from;
    const at = known.findIndex((other) => other.range.to - other.range.from > width);
    known.splice(at < 0 ? known.length : at, 0, { range, application });
    this.#byPort.set(range.protocol, known);
  }
}

const portFits = (ports: readonly ApplicationPort[], { protocol, destinationPort }: FlowFacts): boolean =>
  ports.length === 0 ||
  ports.some((each) => each.protocol === protocol && each.from <= destinationPort && destinationPort <= each.to);
