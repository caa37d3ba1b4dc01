import type { ObservedFlow } from './conntrack.ts';
import type {
  ObservedCopies,
  ObservedCounter,
  ObservedFarEnd,
  ObservedQueue,
  ObservedState,
  ObservedTraffic,
} from './kernel-state.ts';
import type { Step } from './step.ts';

/** A kernel that can be read and changed: Linux, or a fake of it. */
export interface Kernel {
  /**
   * Reads everything of ours, and the named sysctls (those that do not exist are left out).
   * @throws PatronusError `missing_tool`, `command_failed`, `command_timeout`
   */
  observe(sysctls: readonly string[]): Promise<ObservedState>;
  /** Only the counters of policies; cheaper than the whole state. */
  counters(): Promise<readonly ObservedCounter[]>;
  /** What went through our tunnels, by peer. Throws as `observe` does. */
  traffic(): Promise<readonly ObservedTraffic[]>;
  /** Where the peers of our tunnels were last heard from; those not heard from yet are left out. Throws as `observe` does. */
  farEnds(): Promise<readonly ObservedFarEnd[]>;
  /** What became of packets that are duplicated, by tunnel and site; nothing where no program duplicates. */
  copies(): Promise<readonly ObservedCopies[]>;
  /** Flows of our classes that the kernel knows now; null where it does not tell, or where there are too many to look at. */
  flows(): Promise<readonly ObservedFlow[] | null>;
  /** What the queues of our shapers have done; empty where there are none. Throws as `observe` does. */
  queues(): Promise<readonly ObservedQueue[]>;
  /**
   * Does one step. A batch of routing changes stops at the first that is refused.
   * @throws PatronusError `kernel_refused` with what the kernel said, `missing_tool`, `command_timeout`
   */
  execute(step: Step): Promise<void>;
}
