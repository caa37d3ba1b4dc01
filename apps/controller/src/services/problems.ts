import { InvalidInputError, type FieldProblem } from '@patronus/core';

/** Gathers what is wrong with an input, so that the user hears of all of it at once. */
export class Problems {
  readonly #problems: FieldProblem[] = [];

  add(field: string, problem: string, remedy?: string): void {
    this.#problems.push({ field, problem, ...(remedy === undefined ? {} : { remedy }) });
  }

  addAll(problems: readonly FieldProblem[]): void {
    this.#problems.push(...problems);
  }

  /** All that was added as one error; null where nothing was. */
  error(): InvalidInputError | null {
    return this.#problems.length === 0 ? null : new InvalidInputError(this.#problems);
  }

  /** Errors: `invalid_input` with all that was added. */
  throwIfAny(): void {
    const error = this.error();
    if (error !== null) throw error;
  }
}
