import { median, percentile } from '@patronus/core';
import type { RequestResult, TcpResult, UdpResult } from '../traffic/index.ts';
import { boundsOf, overlaps, within, type Observations, type TimeSpan } from './observations.ts';
import type { Expectation, Window } from './scenario.ts';
import { formatDuration } from './units.ts';
import type { Verdict } from './verdict.ts';

type StreamExpectation = Extract<Expectation, { stream: string }>;

/** Judges what became of one stream. */
export function checkStream(expectation: StreamExpectation, seen: Observations): Verdict {
  const result = seen.streams.find(({ name }) => name === expectation.stream)?.result;
  const span = boundsOf(seen, expectation as Window);
  const verdict =
    result?.kind === 'udp'
      ? checkUdp(expectation, result, span)
      : result?.kind === 'tcp'
        ? checkTcp(expectation, result, span)
        : result?.kind === 'request'
          ? checkRequests(expectation, result, span)
          : null;
  const { holds, expected, found } = verdict ?? { holds: false, expected: expectation.check, found: 'no such stream' };
  return { holds, expected: `${expectation.stream}: ${expected}`, found };
}

function checkUdp(expectation: StreamExpectation, result: UdpResult, span: TimeSpan): Verdict | null {
  const lost = result.lostPackets.filter(({ sentMs }) => within(span, sentMs)).length;
  const arrived = result.arrivedPackets.filter(({ sentMs }) => within(span, sentMs));
  const slices = result.slices.filter(({ startMs }) => within(span, startMs));
  switch (expectation.check) {
    case 'outage': {
      const outages = result.outages.filter((outage) => overlaps(outage, span));
      return atMostMs('longest outage', expectation.maxMs, Math.max(0, ...outages.map((each) => each.durationMs)));
    }
    case 'loss': {
      const sent = slices.reduce((sum, slice) => sum + slice.sent, 0);
      const percent = sent === 0 ? 100 : (100 * lost) / sent;
      return {
        holds: percent <= expectation.maxPercent,
        expected: `loss ≤ ${expectation.maxPercent} %`,
        found: `${percent.toFixed(2)} % of ${sent} packets`,
      };
    }
    case 'lost_packets':
      return atMost('lost packets', expectation.max, lost);
    case 'delay': {
      const delays = slices.flatMap(({ delayMs }) => (delayMs === null ? [] : [delayMs]));
      if (delays.length === 0) return unseen('median delay', 'nothing arrived');
      return atMostMs('median delay', expectation.maxMs, median(delays));
    }
    case 'slow_packets':
      return atMost(
        `packets slower than ${formatDuration(expectation.overMs)}`,
        expectation.max,
        arrived.filter(({ delayMs }) => delayMs > expectation.overMs).length,
      );
    case 'reordering':
      return atMost('reordered packets', expectation.max, arrived.filter(({ overtaken }) => overtaken).length);
    default:
      return null;
  }
}

function checkTcp(expectation: StreamExpectation, result: TcpResult, span: TimeSpan): Verdict | null {
  switch (expectation.check) {
    case 'tcp_survives':
      return { holds: result.survived, expected: 'survives', found: result.failure ?? 'every octet arrived' };
    case 'stall': {
      const stalls = result.stalls.filter((stall) => overlaps(stall, span));
      const longest = Math.max(0, ...stalls.map(({ fromMs, toMs }) => toMs - fromMs));
      return result.received === 0
        ? unseen('longest stall', 'nothing arrived')
        : atMostMs('longest stall', expectation.maxMs, longest);
    }
    default:
      return null;
  }
}

function checkRequests(expectation: StreamExpectation, result: RequestResult, span: TimeSpan): Verdict | null {
  const outcomes = result.outcomes.filter(({ startedMs }) => within(span, startedMs));
  const failures = outcomes.filter(({ failure }) => failure !== null);
  switch (expectation.check) {
    case 'failures':
      return outcomes.length === 0
        ? unseen('failed requests', 'there were no requests')
        : atMost('failed requests', expectation.max, failures.length);
    case 'latency': {
      const latencies = outcomes.filter(({ failure }) => failure === null).map(({ latencyMs }) => latencyMs);
      if (latencies.length === 0) return unseen('p99 latency', 'nothing was answered');
      return atMostMs('p99 latency', expectation.maxMs, percentile(latencies, 0.99));
    }
    default:
      return null;
  }
}

const atMost = (what: string, max: number, found: number): Verdict => ({
  holds: found <= max,
  expected: max === 0 ? `no ${what}` : `${what} ≤ ${max}`,
  found: String(found),
});

const atMostMs = (what: string, maxMs: number, foundMs: number): Verdict => ({
  holds: foundMs <= maxMs,
  expected: `${what} ≤ ${formatDuration(maxMs)}`,
  found: formatDuration(foundMs),
});

const unseen = (what: string, found: string): Verdict => ({ holds: false, expected: `a ${what}`, found });
