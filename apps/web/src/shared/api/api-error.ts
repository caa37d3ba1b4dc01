/** What is wrong with one field of an input, in the words of the API. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
  readonly remedy?: string;
}

/** What the API says of a failure, alike at GraphQL (`extensions`) and REST (RFC 9457). */
interface Told {
  readonly code?: unknown;
  readonly detail?: string;
  readonly title?: string;
  readonly problems?: readonly FieldProblem[];
  readonly current_version?: number;
}

/** A request that the controller refused, or that did not reach it (`no_answer`). */
export class ApiError extends Error {
  /** Stable: `forbidden`, `invalid_input`, `version_mismatch`, …; `no_answer` where the controller is not reached. */
  readonly code: string;
  readonly problems: readonly FieldProblem[];

  constructor(code: string, message: string, problems: readonly FieldProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

const noAnswer = (): ApiError =>
  new ApiError('no_answer', 'The controller did not answer. Is it running? Then try again.');

/** A problem document as an error. */
export const errorOfProblem = (told: Told, status: number): ApiError =>
  new ApiError(
    typeof told.code === 'string' ? told.code : String(status),
    asSentence(told.detail ?? told.title ?? `The controller answered ${status}.`),
    told.problems ?? [],
  );

interface GraphqlFailure {
  readonly graphQLErrors: readonly { readonly message: string; readonly extensions?: object }[];
  readonly networkError?: Error | undefined;
}

/** What urql tells of a failed operation; the first error decides. */
export function errorOfGraphql(failure: GraphqlFailure): ApiError {
  const first = failure.graphQLErrors[0];
  if (first === undefined) return noAnswer();
  return errorOfProblem({ detail: first.message, ...first.extensions }, 400);
}

/** Anything that was thrown, as an error of the API. */
export const asApiError = (thrown: unknown): ApiError => (thrown instanceof ApiError ? thrown : noAnswer());

/** The API speaks in the middle of a sentence; a page begins one. */
function asSentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** One sentence for a field: what is wrong, and what helps. */
export const problemText = ({ problem, remedy }: FieldProblem): string =>
  asSentence(remedy === undefined || remedy === '' ? problem : `${problem}; ${remedy}`);

/**
 * Problems by the fields of a form, and what fits none of them as one text. `a[0].b` and `a.0.b` are the same field; a form
 * that has only `a` gets it there.
 */
export function problemsByField(
  error: ApiError,
  fields: readonly string[],
): { readonly fields: Readonly<Record<string, string>>; readonly rest: string | null } {
  const found: Record<string, string> = {};
  const rest: string[] = [];
  for (const problem of error.problems) {
    const field = nearestField(problem.field, fields);
    if (field === null) rest.push(`${problem.field}: ${problemText(problem)}`);
    else found[field] = [found[field], problemText(problem)].filter(Boolean).join(' ');
  }
  if (error.problems.length === 0) rest.push(error.message);
  return { fields: found, rest: rest.length === 0 ? null : rest.join(' ') };
}

function nearestField(told: string, fields: readonly string[]): string | null {
  let name = told.replaceAll(/\[(\d+)\]/g, '.$1').replace(/^input\./, '');
  for (;;) {
    if (fields.includes(name)) return name;
    const dot = name.lastIndexOf('.');
    if (dot < 0) return null;
    name = name.slice(0, dot);
  }
}
