import type { RequestResult } from './request-result.ts';
import type { Stream } from './stream.ts';
import type { TcpResult } from './tcp-result.ts';
import type { UdpResult } from './udp-result.ts';

/** What became of a stream. */
export interface StreamResult {
  readonly name: string;
  readonly stream: Stream;
  readonly result: UdpResult | TcpResult | RequestResult;
}

/** The result in one line, for a person. */
export function describeResult({ result }: StreamResult): string {
  switch (result.kind) {
    case 'udp':
      return [
        `${result.received} of ${result.sent} packets (${result.lostPercent.toFixed(2)} % lost)`,
        `longest outage ${result.longestOutageMs.toFixed(0)} ms`,
        result.delay === null ? 'no delay measured' : `delay ${milliseconds(result.delay.medianMs)}`,
        ...(result.reordered > 0 ? [`${result.reordered} reordered`] : []),
        ...(result.duplicated > 0 ? [`${result.duplicated} twice`] : []),
      ].join(', ');
    case 'tcp':
      return [
        `${(result.received / 1e6).toFixed(2)} MB at ${(result.rateBps / 1e6).toFixed(2)} Mbit/s`,
        `longest stall ${result.longestStallMs.toFixed(0)} ms`,
        result.survived ? 'survived' : `did not survive: ${result.failure}`,
      ].join(', ');
    case 'request':
      return [
        `${result.requests - result.failures} of ${result.requests} requests answered`,
        result.latency === null
          ? 'no latency measured'
          : `latency ${milliseconds(result.latency.medianMs)}, p99 ${milliseconds(result.latency.p99Ms)}`,
      ].join(', ');
  }
}

const milliseconds = (ms: number): string => `${ms.toFixed(1)} ms`;
