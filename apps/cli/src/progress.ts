import type { Terminal } from './terminal.ts';

/** Work that is over before this needs no progress: it would only flicker. */
const quietMs = 1000;
const redrawMs = 250;

/**
 * Says on standard error what is being done, once it takes longer than a second: one line that renews itself on a
 * terminal, one plain line per step elsewhere.
 */
export class Progress {
  readonly #terminal: Terminal;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #step: string;
  #printed = '';

  constructor(terminal: Terminal, step: string) {
    this.#terminal = terminal;
    this.#step = step;
    this.#timer = setInterval(() => this.#draw(), redrawMs).unref();
  }

  step(text: string): void {
    this.#step = text;
    this.#draw();
  }

  /** Takes its line away, so that something else can be printed there; the next step brings it back. */
  clear(): void {
    if (this.#printed !== '' && this.#terminal.stderr.isTTY === true) this.#terminal.stderr.write('\r\u001b[K');
  }

  end(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    const elapsedMs = performance.now() - this.#startedAt;
    if (elapsedMs < quietMs) return;
    if (this.#terminal.stderr.isTTY === true) {
      const width = (this.#terminal.stderr.columns ?? 80) - 1;
      this.#printed = `${this.#step} … ${Math.floor(elapsedMs / 1000)} s`.slice(0, width);
      this.#terminal.stderr.write(`\r\u001b[K${this.#printed}`);
    } else if (this.#printed !== this.#step) {
      this.#printed = this.#step;
      this.#terminal.stderr.write(`${this.#step} …\n`);
    }
  }
}

/** Runs the work under a {@link Progress} that ends with it. */
export async function withProgress<T>(
  terminal: Terminal,
  step: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = new Progress(terminal, step);
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
