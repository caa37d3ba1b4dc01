import { ApiError, asApiError, errorOfProblem } from './api-error.ts';

interface RestOptions {
  readonly body?: unknown;
  readonly csrfToken?: string;
  /** The version that the user has seen: refused when it was changed since. */
  readonly version?: number;
}

/** Asks the REST API, which has what GraphQL has not: sign-in by cookie, and whole policies. Throws {@link ApiError}. */
export async function rest<Answer>(
  method: string,
  path: string,
  { body, csrfToken, version }: RestOptions = {},
): Promise<Answer> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csrfToken === undefined ? {} : { 'x-csrf-token': csrfToken }),
        ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === '' ? null : JSON.parse(text)) as Answer;
    if (response.ok) return answer;
    throw errorOfProblem(answer as object, response.status);
  } catch (thrown) {
    throw thrown instanceof ApiError ? thrown : asApiError(thrown);
  }
}
