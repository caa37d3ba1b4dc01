import { asApiError, type ApiError } from '../api/api-error.ts';
import { rest } from '../api/rest.ts';

export type Role = 'viewer' | 'operator' | 'admin';

export interface User {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
}

export type Session =
  /** The controller has not been asked yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'signed-in'; readonly user: User; readonly csrfToken: string };

/**
 * Who uses the page. The session itself is a cookie that no script can read; what is known here is whose it is and the token
 * that goes with every change (docs/security.md).
 */
export class SessionStore {
  #session: Session = { kind: 'unknown' };
  #checking: Promise<Session> | null = null;
  #entering: Promise<unknown> | null = null;
  readonly #listeners = new Set<(session: Session, before: Session) => void>();

  readonly current = (): Session => this.#session;

  readonly subscribe = (listener: (session: Session, before: Session) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks the controller whose session this is; while it is not reached, what was known stays. */
  check(): Promise<Session> {
    this.#checking ??= this.#ask().finally(() => (this.#checking = null));
    return this.#checking;
  }

  /** What is known once it was asked, and nobody is being signed in. */
  async known(): Promise<Session> {
    await this.#entering?.catch(() => undefined);
    return this.#session.kind === 'unknown' ? this.check() : this.#session;
  }

  /** Errors: `unauthenticated`, `mfa_required`, `rate_limited`, `no_answer`. */
  async signIn(credentials: { username: string; password: string; code?: string }): Promise<void> {
    await this.enter(() => rest('POST', '/auth/cookie', { body: credentials }));
  }

  /**
   * Carries out what sets the cookie of a session. The browser sends that at once with everything, which is refused without
   * the token: requests wait until that is known. Errors: those of the work.
   */
  async enter(work: () => Promise<unknown>): Promise<void> {
    const entering = work().then(() => this.#checkAgain());
    this.#entering = entering;
    try {
      await entering;
    } finally {
      if (this.#entering === entering) this.#entering = null;
    }
  }

  async signOut(): Promise<void> {
    const session = this.#session;
    if (session.kind === 'signed-in') await rest('DELETE', '/auth/cookie', { csrfToken: session.csrfToken });
    this.#set({ kind: 'anonymous' });
  }

  /** As {@link check} after a change: an answer that is on its way may be of before it. */
  async #checkAgain(): Promise<Session> {
    await this.#checking;
    return this.check();
  }

  async #ask(): Promise<Session> {
    try {
      const { csrf_token: csrfToken } = await rest<{ csrf_token: string }>('GET', '/auth/cookie');
      const user = await rest<User>('GET', '/account', { csrfToken });
      this.#set({ kind: 'signed-in', user, csrfToken });
    } catch (thrown) {
      if (isSignedOut(asApiError(thrown))) this.#set({ kind: 'anonymous' });
    }
    return this.#session;
  }

  #set(session: Session): void {
    const before = this.#session;
    if (JSON.stringify(before) === JSON.stringify(session)) return;
    this.#session = session;
    for (const listener of this.#listeners) listener(session, before);
  }
}

const isSignedOut = ({ code }: ApiError): boolean => code === 'unauthenticated' || code === 'conflict';
