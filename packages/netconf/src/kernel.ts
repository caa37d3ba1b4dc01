import type { ObservedState } from './kernel-state.ts';
import type { Step } from './step.ts';

/** A kernel that can be read and changed: Linux, or a fake of it. */
export interface Kernel {
  /**
   * Reads everything of ours, and the named sysctls (those that do not exist are left out).
   * @throws PatronusError `missing_tool`, `command_failed`, `command_timeout`
   */
  observe(sysctls: readonly string[]): Promise<ObservedState>;
  /**
   * Does one step.
   * @throws PatronusError `kernel_refused` with what the kernel said, `missing_tool`, `command_timeout`
   */
  execute(step: Step): Promise<void>;
}
