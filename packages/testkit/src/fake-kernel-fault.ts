import { PatronusError } from '@patronus/core';

/** What a {@link FakeKernel} does wrong on demand. Counts steps from the moment it is told. */
export class FakeFault {
  #refusedStep = 0;
  #hangingStep = 0;
  #refusedKind = '';
  #refusedTimes = 0;
  #missingTool: string | null = null;
  #release: (() => void) | null = null;

  /** The k-th step from now (1 is the next) is refused. */
  refuseStep(k: number): void {
    this.#refusedStep = k;
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

  /** From now on the kernel cannot even be read; null ends it. */
  missTool(tool: string | null): void {
    this.#missingTool = tool;
  }

  async beforeReading(): Promise<void> {
    if (this.#missingTool !== null) throw new PatronusError('missing_tool', `${this.#missingTool} is not installed`);
  }

  async beforeStep(description: string): Promise<void> {
    await this.beforeReading();
    if (this.#hangingStep > 0 && --this.#hangingStep === 0) {
      await new Promise<void>((resolve) => {
        this.#release = resolve;
      });
    }
    const isRefused = this.#refusedTimes > 0 && description.startsWith(this.#refusedKind);
    if (isRefused) this.#refusedTimes -= 1;
    if (isRefused || (this.#refusedStep > 0 && --this.#refusedStep === 0)) {
      throw new PatronusError('kernel_refused', `the kernel refused to ${description}: told to`, {
        facts: { step: description },
      });
    }
  }
}
