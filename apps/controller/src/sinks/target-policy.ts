import { promises as dns } from 'node:dns';
import type { LookupFunction } from 'node:net';
import {
  err,
  ok,
  parseAddress,
  parsePrefix,
  prefix,
  prefixContains,
  type Address,
  type Prefix,
  type Result,
} from '@patronus/core';
import { SendError } from './send-error.ts';

/** Addresses that are not of the public Internet (IANA special-purpose registries), or that lead to one such by a gateway. */
const privateRanges: readonly Prefix[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/127',
  '::ffff:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
].map(prefix);

/** Which private addresses sinks may be at: none, all, or those in some prefixes. */
export type PrivateTargets = 'none' | 'all' | readonly Prefix[];

/** The setting: `none`, `all`, or prefixes with commas. */
export function parsePrivateTargets(text: string): Result<PrivateTargets, string> {
  if (text === 'none' || text === 'all') return ok(text);
  const parsed = text.split(',').map((each) => parsePrefix(each.trim()));
  const wrong = parsed.find((each) => !each.ok);
  if (wrong !== undefined && !wrong.ok) return err(wrong.error);
  return ok(parsed.flatMap((each) => (each.ok ? [each.value] : [])));
}

/** Where a name leads now, with every address allowed, and how to connect to no other. */
export interface Resolved {
  readonly host: string;
  readonly address: Address;
  readonly family: 4 | 6;
  /** Hands the addresses that were checked to whoever connects, so that a name cannot lead elsewhere meanwhile. */
  readonly lookup: LookupFunction;
}

/** Keeps sinks from being a way into the controller's own network. */
export class TargetPolicy {
  readonly #allowed: PrivateTargets;

  constructor(allowed: PrivateTargets) {
    this.#allowed = allowed;
  }

  /** Why an address may not be sent to, or null where it may. */
  objection(address: Address): string | null {
    if (this.#allowed === 'all' || !privateRanges.some((range) => prefixContains(range, address))) return null;
    if (this.#allowed !== 'none' && this.#allowed.some((range) => prefixContains(range, address))) return null;
    return `${address} is a private address; PATRONUS_PRIVATE_TARGETS says which of them may be sent to`;
  }

  /** Errors: `SendError` where the name leads nowhere, or to any address that is not allowed. */
  async resolve(host: string): Promise<Resolved> {
    const found = await dns.lookup(host, { all: true }).catch((cause: unknown) => {
      throw new SendError(`the name ${host} leads nowhere`, { cause });
    });
    const addresses = found.map(({ address, family }) => ({ address: known(address), family: family as 4 | 6 }));
    for (const { address } of addresses) {
      const objection = this.objection(address);
      if (objection !== null) throw new SendError(objection, { isRefusal: true });
    }
    const [first] = addresses;
    if (first === undefined) throw new SendError(`the name ${host} leads nowhere`);
    const checked: LookupFunction = (_name, options, done) => {
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    };
    return { host, ...first, lookup: checked };
  }
}

/** A scope (RFC 4007) is none of the address. */
function known(text: string): Address {
  const parsed = parseAddress(text.replace(/%.*$/, ''));
  if (!parsed.ok) throw new SendError(parsed.error);
  return parsed.value;
}
