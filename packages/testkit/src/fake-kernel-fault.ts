import { PatronusError } from '@patronus/core';

/** What a {@link FakeKernel} does wrong on demand. Counts steps from the moment it is told. */
export class FakeFault {
  #refusedStep = 0;
  #hangingStep = 0;
  #refusedKind = '';
  #refusedTimes = 0;
  #missingTool: string | null = null;
  #refusedProgram: string | null = null;
  #release: (() => void) | null = null;
  #deadBefore = 0;
  #deadAfter = 0;
  #died: () => void = () => {};

  /** The k-th step from now (1 is the next) is refused. */
  refuseStep(k: number): void {
    this.#refusedStep = k;
  }

  /** From now on no program of this name is taken. */
  refuseProgram(name: string): void {
    this.#refusedProgram = name;
  }

  /** The next steps whose description begins so are refused, so many times. */
  refuseNext(description: string, times: number): void {
    this.#refusedKind = description;
    this.#refusedTimes = times;
  }

  /** The k-th step from now does not end until {@link release}. */
  hangAtStep(k: number): void {
    this.#hangingStep = k;
  }

  release(): void {
    this.#release?.();
    this.#release = null;
  }

  /**
   * Whoever takes the k-th step from now is killed before it: they never hear of it again. Resolves when that happens; 0 for never.
   */
  dieBefore(k: number): Promise<void> {
    return this.#dieAt(k, 0);
  }

  /** The same, once the kernel has done that step. */
  dieAfter(k: number): Promise<void> {
    return this.#dieAt(0, k);
  }

  /** From now on the kernel cannot even be read; null ends it. */
  missTool(tool: string | null): void {
    this.#missingTool = tool;
  }

  async beforeReading(): Promise<void> {
    if (this.#missingTool !== null) throw new PatronusError('missing_tool', `${this.#missingTool} is not installed`);
  }

  async beforeStep(description: string): Promise<void> {
    await this.beforeReading();
    if (this.#deadBefore > 0 && --this.#deadBefore === 0) await this.#die();
    if (this.#hangingStep > 0 && --this.#hangingStep === 0) {
      await new Promise<void>((resolve) => {
        this.#release = resolve;
      });
    }
    const isNext = this.#refusedTimes > 0 && description.startsWith(this.#refusedKind);
    if (isNext) this.#refusedTimes -= 1;
    const isRefused =
      isNext || (this.#refusedProgram !== null && description.startsWith(`attach program ${this.#refusedProgram} `));
    if (isRefused || (this.#refusedStep > 0 && --this.#refusedStep === 0)) {
      throw new PatronusError('kernel_refused', `the kernel refused to ${description}: told to`, {
        facts: { step: description },
      });
    }
  }

  async afterStep(): Promise<void> {
    if (this.#deadAfter > 0 && --this.#deadAfter === 0) await this.#die();
  }

  #dieAt(before: number, after: number): Promise<void> {
    [this.#deadBefore, this.#deadAfter] = [before, after];
    return new Promise((resolve) => (this.#died = resolve));
  }

  #die(): Promise<never> {
    this.#died();
    return new Promise(() => {});
  }
}
