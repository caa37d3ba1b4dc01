import { connect } from 'node:net';
import type { TrafficOptions } from './roles.ts';
import type { RequestOutcome } from './request-result.ts';
import { say, whenStopped } from './say.ts';

const liveEveryMs = 1000;

/** Asks at a steady rate, each time over a new connection, as a browser without keep-alive would. */
export function requestClient(options: Extract<TrafficOptions, { role: 'request' }>): void {
  const outcomes: RequestOutcome[] = [];
  const open = new Set<Promise<void>>();
  let [told, failed] = [0, 0];
  const asking = setInterval(() => {
    const request = askAndNote();
    open.add(request);
    void request.finally(() => open.delete(request));
  }, 1000 / options.rate);
  const live = setInterval(() => {
    const recent = outcomes.slice(told).flatMap(({ failure, latencyMs }) => (failure === null ? [latencyMs] : []));
    told = outcomes.length;
    const delayMs = recent.length === 0 ? null : recent.reduce((sum, ms) => sum + ms, 0) / recent.length;
    say({ type: 'live', figures: { done: outcomes.length, lost: failed, delayMs } });
  }, liveEveryMs);
  whenStopped(() => {
    clearInterval(asking);
    clearInterval(live);
    void Promise.all(open).then(() => {
      say({ type: 'end', end: { outcomes } });
      process.exit(0);
    });
  });
  say({ type: 'ready' });

  async function askAndNote(): Promise<void> {
    const outcome = await ask(options);
    outcomes.push(outcome);
    if (outcome.failure !== null) failed++;
  }
}

function ask({
  address,
  port,
  timeoutMs,
}: {
  address: string;
  port: number;
  timeoutMs: number;
}): Promise<RequestOutcome> {
  const startedMs = performance.timeOrigin + performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, noDelay: true });
    const timeout = setTimeout(() => done(`no answer within ${timeoutMs} ms`), timeoutMs);
    let answered = 0;
    const done = (failure: string | null): void => {
      clearTimeout(timeout);
      socket.destroy();
      resolve({ startedMs, latencyMs: performance.timeOrigin + performance.now() - startedMs, failure });
    };
    socket.once('connect', () => socket.end('?'));
    socket.on('data', (data) => (answered += data.length));
    socket.once('end', () => done(answered > 0 ? null : 'closed without an answer'));
    socket.once('error', (error) => done(error.message));
  });
}
