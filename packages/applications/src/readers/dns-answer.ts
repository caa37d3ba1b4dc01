import type { Address } from '@patronus/core';
import { ipv4At, ipv6At } from './text.ts';

/** What a DNS answer says of one name. */
export interface DnsAnswer {
  /** The name asked for, then those that it is an alias of (CNAME), in lower case without the root's dot. */
  readonly names: readonly string[];
  readonly addresses: readonly DnsAddress[];
}

export interface DnsAddress {
  readonly address: Address;
  /** How long it may be kept, s: the shortest of the record's and of the aliases that lead to it. */
  readonly ttlSec: number;
}

const headerSize = 12;
const typeA = 1;
const typeCname = 5;
const typeAaaa = 28;
const classInternet = 1;
/** Answers of real servers have fewer; more in one packet is an attempt to make work. */
const maxRecords = 128;
/** An alias of an alias…; resolvers follow some ten. */
const maxAliases = 16;
/** Compression pointers in one name; each must lead backwards, so that a name of 255 octets needs no more. */
const maxPointers = 32;
const maxNameOctets = 255;

/** Where a name ended, and what it was; `end` is -1 where it is malformed. */
interface NameReader {
  text: string;
  end: number;
}

/**
 * The addresses in a response (RFC 1035, section 4), or null where it is no answer to a question for addresses, or is
 * malformed up to the first address. It reads nothing outside `from` to `to` and takes time that grows with the octets only.
 */
export function readDnsAnswer(bytes: Uint8Array, from: number, to: number): DnsAnswer | null {
  if (to - from < headerSize || to > bytes.length) return null;
  const flags = word(bytes, from + 2);
  const isAnswer = (flags & 0x8000) !== 0 && (flags & 0x7800) === 0 && (flags & 0x000f) === 0;
  const records = Math.min(word(bytes, from + 6), maxRecords);
  if (!isAnswer || word(bytes, from + 4) !== 1 || records === 0) return null;
  const name: NameReader = { text: '', end: 0 };
  readName(bytes, { from, to, at: from + headerSize }, name);
  if (name.end < 0 || name.text === '' || name.end + 4 > to) return null;
  const type = word(bytes, name.end);
  if ((type !== typeA && type !== typeAaaa) || word(bytes, name.end + 2) !== classInternet) return null;
  return collect(bytes, { from, to, at: name.end + 4 }, { records, asked: name.text });
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

function collect(
  bytes: Uint8Array,
  span: Span,
  { records, asked }: { records: number; asked: string },
): DnsAnswer | null {
  const { from, to } = span;
  const aliases = new Map<string, { target: string; ttlSec: number }>();
  const found: { owner: string; address: Address; ttlSec: number }[] = [];
  const name: NameReader = { text: '', end: 0 };
  let at = span.at;
  for (let index = 0; index < records; index++) {
    readName(bytes, { from, to, at }, name);
    const { text: owner, end } = name;
    if (end < 0 || end + 10 > to) break;
    const [type, length] = [word(bytes, end), word(bytes, end + 8)];
    const ttlSec = ttlAt(bytes, end + 4);
    const data = end + 10;
    at = data + length;
    if (at > to) break;
    if (word(bytes, end + 2) !== classInternet) continue;
    if (type === typeA && length === 4) found.push({ owner, address: ipv4At(bytes, data), ttlSec });
    else if (type === typeAaaa && length === 16) found.push({ owner, address: ipv6At(bytes, data), ttlSec });
    else if (type === typeCname) {
      readName(bytes, { from, to, at: data }, name);
      if (name.end > 0 && name.text !== '') aliases.set(owner, { target: name.text, ttlSec });
    }
  }
  return follow(asked, aliases, found);
}

/** Only what the aliases of the asked name lead to belongs to it; a server may say more. */
function follow(
  asked: string,
  aliases: ReadonlyMap<string, { target: string; ttlSec: number }>,
  found: readonly { owner: string; address: Address; ttlSec: number }[],
): DnsAnswer | null {
  const ttls = new Map([[asked, Infinity]]);
  let [name, ttlSec] = [asked, Infinity];
  for (let step = 0; step < maxAliases; step++) {
    const alias = aliases.get(name);
    if (alias === undefined || ttls.has(alias.target)) break;
    ttlSec = Math.min(ttlSec, alias.ttlSec);
    name = alias.target;
    ttls.set(name, ttlSec);
  }
  const addresses = found.flatMap(({ owner, address, ttlSec: own }) => {
    const chain = ttls.get(owner);
    return chain === undefined ? [] : [{ address, ttlSec: Math.min(chain, own) }];
  });
  return addresses.length === 0 ? null : { names: [...ttls.keys()], addresses };
}

/** A name in lower case (RFC 1035, section 4.1.4). Each pointer must lead to before the one that led there. */
function readName(bytes: Uint8Array, { from, to, at: start }: Span, into: NameReader): void {
  let [at, end, limit, octets, pointers] = [start, -1, to, 0, 0];
  let text = '';
  into.end = -1;
  for (;;) {
    if (at >= limit) return;
    const length = bytes[at]!;
    if (length === 0) {
      into.text = text;
      into.end = end < 0 ? at + 1 : end;
      return;
    }
    if (length >= 0xc0) {
      if (at + 2 > limit || ++pointers > maxPointers) return;
      if (end < 0) end = at + 2;
      const target = from + ((length & 0x3f) << 8) + bytes[at + 1]!;
      if (target >= at) return;
      limit = at;
      at = target;
      continue;
    }
    octets += length + 1;
    if (length > 63 || at + 1 + length > limit || octets > maxNameOctets) return;
    if (text !== '') text += '.';
    for (let index = at + 1; index <= at + length; index++) text += lowerCase(bytes[index]!);
    at += length + 1;
  }
}

/** What is no letter, digit, hyphen or underscore becomes a mark that no pattern has, so that a dot in a label is none. */
function lowerCase(octet: number): string {
  if (octet >= 0x41 && octet <= 0x5a) return String.fromCharCode(octet + 0x20);
  const isPlain =
    (octet >= 0x61 && octet <= 0x7a) || (octet >= 0x30 && octet <= 0x39) || octet === 0x2d || octet === 0x5f;
  return isPlain ? String.fromCharCode(octet) : '?';
}

const word = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;

/** A TTL with the highest bit set means zero (RFC 2181, section 8). */
function ttlAt(bytes: Uint8Array, at: number): number {
  const ttl = word(bytes, at) * 65_536 + word(bytes, at + 2);
  return ttl > 0x7fff_ffff ? 0 : ttl;
}
