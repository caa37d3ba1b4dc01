import { messageOf, type Address } from '@patronus/core';
import { SystemCommandRunner, type CommandRunner } from '@patronus/linux';
import { nameSetsOf, type LocalFacts } from '@patronus/netconf';
import type { SiteDocument } from '@patronus/protocol';
import { Inspection, withoutInspection, type InspectionStatus, type Service } from '../inspect/index.ts';
import { findTapMode } from './find-tap-mode.ts';
import { LearnThread, type LearningStatus } from './learn-thread.ts';

/** Names of servers, as far as they can be learned here. */
export interface Learning {
  /** For the ruleset; undefined where names are not learned. */
  facts(): LocalFacts['learning'];
  /** Names of a server, the one learned last first. */
  namesOf(address: Address): string[];
  /** The application that packets to a service look like, where that is all that tells; null where they show none. */
  inspected(service: Service): string | null;
  /** Takes up a document whose ruleset is in the kernel. */
  configure(document: SiteDocument): void;
  status(): LearningStatus & { readonly inspection: InspectionStatus };
  stop(): Promise<void>;
}

/**
 * Learns names in this network namespace, in the best way that its kernel has, and inspects what shows none where nDPI is
 * there; where it has none, the edge works without, and the status says why. `failed` is told when the thread died, which is started again.
 */
export async function startLearning(
  failed: (error: Error) => void,
  runner: CommandRunner = new SystemCommandRunner(),
): Promise<Learning> {
  const { mode, reason } = await findTapMode(runner);
  if (mode === null) return withoutLearning(reason);
  let thread: LearnThread;
  try {
    thread = LearnThread.start(mode, failed);
  } catch (error) {
    return withoutLearning(messageOf(error));
  }
  try {
    return learningBy(thread, Inspection.start(failed));
  } catch (error) {
    return learningBy(thread, null, messageOf(error));
  }
}

const learningBy = (thread: LearnThread, inspection: Inspection | null, problem: string | null = null): Learning => ({
  facts: () => ({ mode: thread.mode, names: thread.names(), inspects: inspection !== null }),
  namesOf: (address) => thread.namesOf(address),
  inspected: (service) => inspection?.applicationOf(service) ?? null,
  configure: (document) =>
    thread.configure({
      sets: nameSetsOf(document),
      sitePrefixes: [document.site, ...document.remoteSites].flatMap(({ prefixes }) => prefixes),
    }),
  status: () => ({ ...thread.status(), inspection: inspection?.status() ?? withoutInspection(problem) }),
  stop: async () => {
    await inspection?.stop();
    await thread.stop();
  },
});

const nothingLearned = { addresses: 0, counts: { dnsAnswers: 0, serverNames: 0, nameless: 0 } };

/** An edge that learns nothing, and why. */
export const withoutLearning = (problem: string | null): Learning => ({
  facts: () => undefined,
  namesOf: () => [],
  inspected: () => null,
  configure: () => undefined,
  status: () => ({ mode: 'off', problem, ...nothingLearned, inspection: withoutInspection(problem) }),
  stop: () => Promise.resolve(),
});
