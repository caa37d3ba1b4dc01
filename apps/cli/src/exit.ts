export const exitCodes = { ok: 0, failure: 1, usage: 2 } as const;

/** A command that did its work and whose answer is "no": the exit code says so, no further line is printed. */
export class QuietFailure extends Error {
  override readonly name = 'QuietFailure';
  readonly exitCode: number;

  constructor(exitCode: number = exitCodes.failure) {
    super('');
    this.exitCode = exitCode;
  }
}
