import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { ApplicationIndex, catalogue } from '@patronus/applications';
import type { Address } from '@patronus/core';
import type { FlowEntry } from '@patronus/netconf';
import { unknownApplication, type ApplicationTraffic, type SiteDocument } from '@patronus/protocol';
import type { Service } from '../inspect/index.ts';
import { PrefixTable } from '../learn/index.ts';

/** After so many flows, other work of the edge has its turn. */
const flowsAtOnce = 2_000;

/** Where it finds what it counts by. */
export interface MeterSources {
  /** Flows that the kernel tracks; null where it does not tell, or where there are too many to look at. */
  readonly entries: () => Promise<readonly FlowEntry[] | null>;
  readonly document: () => SiteDocument | null;
  readonly namesOf: (address: Address) => readonly string[];
  /** The application that packets to a service look like. */
  readonly inspected: (service: Service) => string | null;
}

interface Found {
  readonly application: string;
  /** Whether a name of the server was known: then it stays. */
  readonly isNamed: boolean;
}

interface Counted extends Found {
  readonly sent: number;
  readonly received: number;
}

interface Sorting {
  readonly document: SiteDocument;
  readonly own: PrefixTable;
  readonly applications: ApplicationIndex;
}

/**
 * Counts the octets of applications by the flows that the kernel tracks. A flow counts where it began, under the application
 * that it was last found to be of; what it carried after the last look at it is missed when the kernel forgets it, which it
 * does some time after the flow ended.
 */
export class ApplicationMeter {
  readonly #sources: MeterSources;
  /** As of the last look; null before the first. */
  #flows: ReadonlyMap<string, Counted> | null = null;
  #sorting: Sorting | null = null;

  constructor(sources: MeterSources) {
    this.#sources = sources;
  }

  /**
   * What came since the last time, by application; null where the kernel does not tell. What flows carried before the first
   * time was told by the run before this one, or by nobody.
   */
  async read(): Promise<readonly ApplicationTraffic[] | null> {
    const document = this.#sources.document();
    const entries = document === null ? null : await this.#sources.entries();
    if (document === null || entries === null) return null;
    const sorting = this.#sortingFor(document);
    const before = this.#flows;
    const now = new Map<string, Counted>();
    const sums = new Map<string, { flows: number; bytesSent: number; bytesReceived: number }>();
    for (const [index, entry] of entries.entries()) {
      if (index % flowsAtOnce === flowsAtOnce - 1) await yieldToOthers();
      if (entry.class === 0 || !sorting.own.has(entry.source)) continue;
      const key = keyOf(entry);
      const known = before?.get(key);
      const counted = {
        ...this.#find(entry, known, sorting),
        sent: entry.bytesSent ?? 0,
        received: entry.bytesReceived ?? 0,
      };
      now.set(key, counted);
      const sum = sums.get(counted.application) ?? { flows: 0, bytesSent: 0, bytesReceived: 0 };
      sums.set(counted.application, sum);
      sum.flows++;
      if (before === null) continue;
      sum.bytesSent += increase(counted.sent, known?.sent);
      sum.bytesReceived += increase(counted.received, known?.received);
    }
    this.#flows = now;
    return Array.from(sums, ([application, sum]) => ({ application, ...sum }));
  }

  #sortingFor(document: SiteDocument): Sorting {
    if (this.#sorting?.document === document) return this.#sorting;
    this.#sorting = {
      document,
      own: new PrefixTable(document.site.prefixes),
      applications: new ApplicationIndex([...(document.applications ?? []), ...catalogue]),
    };
    return this.#sorting;
  }

  /** Names are learned while a flow runs, and tell more than its port does. */
  #find(entry: FlowEntry, known: Found | undefined, { applications }: Sorting): Found {
    if (known?.isNamed === true) return { application: known.application, isNamed: true };
    const { destination, protocol, destinationPort } = entry;
    const serverNames = this.#sources.namesOf(destination);
    if (known !== undefined && serverNames.length === 0 && known.application !== unknownApplication) return known;
    const facts = { destination, protocol, destinationPort: destinationPort ?? 0, serverNames };
    return {
      application: applications.find(facts)?.name ?? this.#sources.inspected(entry) ?? unknownApplication,
      isNamed: serverNames.length > 0,
    };
  }
}

const keyOf = ({ protocol, source, sourcePort, destination, destinationPort }: FlowEntry): string =>
  `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;

/** A flow that has less than before is another one between the same ports. */
const increase = (now: number, before = 0): number => (now < before ? now : now - before);
