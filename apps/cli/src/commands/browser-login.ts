import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, PatronusError } from '@patronus/core';
import type { ApiClient } from '../api/api-client.ts';
import { QuietFailure } from '../exit.ts';
import { interrupted, type Interrupt } from '../interrupt.ts';
import { withProgress, type Progress } from '../progress.ts';
import { printLine, type Terminal } from '../terminal.ts';

/** What a program is told that begins a sign-in by a browser (RFC 8628, section 3.2). */
interface Begun {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly interval: number;
}

/** RFC 8628, section 3.5. */
const slowDownMs = 5_000;
/** A controller that is away is asked less and less often, but not so seldom that its user waits for nothing. */
const longestWaitMs = 30_000;
/** The controller says when a sign-in is over; one that is away cannot, and is given up this much later. */
const afterExpiryMs = 60_000;

/** Has a browser on any machine sign this program in, and keeps the tokens. */
export async function signInByBrowser(terminal: Terminal, api: ApiClient): Promise<void> {
  const machine = machineName(hostname());
  const begun = await api.postAnonymously<Begun>('/auth/device', machine === null ? {} : { machine });
  printLine(
    terminal.stdout,
    `Open this address in a browser, on any machine:\n\n  ${begun.verification_uri_complete}\n`,
  );
  printLine(terminal.stdout, `It shows the code ${begun.user_code}. Approve no other.`);
  using interrupt = interrupted();
  const username = await withProgress(terminal, waitingStep, (progress) => collected(api, begun, interrupt, progress));
  if (username === null) {
    printLine(terminal.stderr, 'patronus: cancelled; nobody was signed in');
    throw new QuietFailure();
  }
  printLine(terminal.stdout, `signed in to ${api.url} as ${username}`);
}

const waitingStep = 'waiting until it is approved there; Ctrl-C cancels';

/** As whom somebody signed this program in; null where its user did not want to wait. */
async function collected(
  api: ApiClient,
  begun: Begun,
  interrupt: Interrupt,
  progress: Progress,
): Promise<string | null> {
  const endAt = performance.now() + begun.expires_in * 1_000 + afterExpiryMs;
  let waitMs = begun.interval * 1_000;
  for (;;) {
    await paused(waitMs, interrupt);
    if (interrupt.asked) return null;
    try {
      return await api.collectSignIn(begun.device_code);
    } catch (thrown) {
      const nextMs = waitAfter(thrown, waitMs);
      if (nextMs === null || performance.now() > endAt) throw thrown;
      waitMs = nextMs;
      progress.step(isAway(thrown) ? `${messageOf(thrown).split(';')[0]!}; trying again` : waitingStep);
    }
  }
}

/** Ends early where somebody wants to stop. */
async function paused(waitMs: number, interrupt: Interrupt): Promise<void> {
  const over = new AbortController();
  const pause = sleep(waitMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([pause, interrupt.first]);
  over.abort();
}

/** How long to wait until the next poll after one that failed, ms; null where there is nothing to wait for. */
export function waitAfter(thrown: unknown, waitMs: number): number | null {
  if (!(thrown instanceof PatronusError)) return null;
  if (thrown.code === 'authorization_pending') return waitMs;
  if (thrown.code === 'slow_down' || thrown.code === 'rate_limited') return waitMs + slowDownMs;
  return isAway(thrown) ? Math.max(waitMs, Math.min(2 * waitMs, longestWaitMs)) : null;
}

/** Whether the controller, or a proxy before it, may answer another time. */
const isAway = (thrown: unknown): boolean =>
  thrown instanceof PatronusError &&
  (thrown.code === 'unreachable' || thrown.code === 'timeout' || Number(thrown.facts['status']) >= 500);

/** The name of this machine in the letters that controllers take; null where nothing is left of it. */
export function machineName(name: string): string | null {
  const plain = name
    .replaceAll(/[^A-Za-z0-9 ._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63);
  return plain === '' ? null : plain;
}
