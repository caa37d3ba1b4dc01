import { plainAddress } from '../audit/index.ts';

/** Where a sign-in came from. */
export interface Origin {
  /** IP address; null where it came over no network. */
  readonly address: string | null;
  /** What the program called itself. */
  readonly userAgent: string | null;
  /** What the machine calls itself that a browser signs in; absent for others. */
  readonly machine?: string | null;
}

/** What is read of a request. */
interface Arrival {
  readonly ip: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
}

const maxUserAgentLength = 200;

/** Of a request; what a program says of itself is cut to what a table can show. */
export const originOf = (request: Arrival): Origin => ({
  address: plainAddress(request.ip),
  userAgent: request.headers['user-agent']?.slice(0, maxUserAgentLength) ?? null,
});
