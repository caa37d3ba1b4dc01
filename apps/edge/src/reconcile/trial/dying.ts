import { SystemCommandRunner, type Command, type CommandRunner } from '@patronus/linux';
import type { Step } from '@patronus/netconf';
import { LinuxKernel } from '../linux-kernel.ts';

/**
 * Counts the moments at which an edge that changes its kernel can be killed: before and after each step of a plan, and before
 * and after each command of a step that is more than a look. At the one that was asked for, the process kills itself.
 */
export class Fate {
  #left = 0;

  /** Dies at the moment of this number from now on, the first being 1; 0 lives on. */
  dieAt(moment: number): void {
    this.#left = moment;
  }

  async around<T>(act: () => Promise<T>): Promise<T> {
    this.#passMoment();
    const result = await act();
    this.#passMoment();
    return result;
  }

  #passMoment(): void {
    if (this.#left > 0 && --this.#left === 0) process.kill(process.pid, 'SIGKILL');
  }
}

export class DyingRunner implements CommandRunner {
  readonly #runner = new SystemCommandRunner();
  readonly #fate: Fate;

  constructor(fate: Fate) {
    this.#fate = fate;
  }

  run(command: Command): Promise<string> {
    const run = (): Promise<string> => this.#runner.run(command);
    return isLook(command) ? run() : this.#fate.around(run);
  }
}

const isLook = ({ args }: Command): boolean => args.some((each) => ['-j', 'show', 'list', 'dump'].includes(each));

export class DyingKernel extends LinuxKernel {
  readonly #fate: Fate;

  constructor(keys: ConstructorParameters<typeof LinuxKernel>[0], fate: Fate) {
    super(keys, new DyingRunner(fate));
    this.#fate = fate;
  }

  override execute(step: Step): Promise<void> {
    return this.#fate.around(() => super.execute(step));
  }
}
