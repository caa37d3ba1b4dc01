import ipaddr from 'ipaddr.js';
import { err, ok, type Result } from './result.ts';

declare const prefixBrand: unique symbol;
declare const addressBrand: unique symbol;

/** An IPv4 or IPv6 address in its canonical text form (RFC 5952 for IPv6). */
export type Address = string & { readonly [addressBrand]: true };
/** An IPv4 or IPv6 prefix `address/length` with no host bits set, in canonical text form. */
export type Prefix = string & { readonly [prefixBrand]: true };

/** An address in canonical form, or why the text is none. One with a zone (RFC 4007) means nothing on another machine. */
export function parseAddress(text: string): Result<Address, string> {
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
  if (!isAddress) {
    return err(`"${text}" is not an IP address; write it like 192.0.2.1 or 2001:db8::1`);
  }
  return ok(ipaddr.parse(text).toString() as Address);
}

/** A prefix in canonical form, or why the text is none. Host bits are an error: they are more often a slip than meant. */
export function parsePrefix(text: string): Result<Prefix, string> {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (slash < 0 || !address.ok || !/^\d{1,3}$/.test(lengthText)) {
    return err(`"${text}" is not a prefix; write it like 10.1.0.0/24`);
  }
  const parsed = ipaddr.parse(address.value);
  const length = Number(lengthText);
  const bits = parsed.kind() === 'ipv4' ? 32 : 128;
  if (length > bits) return err(`"${text}" has a length over ${bits}`);
  const network = networkOf(parsed, length);
  if (network !== address.value) return err(`"${text}" has host bits set; did you mean ${network}/${length}?`);
  return ok(`${network}/${length}` as Prefix);
}

/** A prefix that the program itself wrote; throws where a user's text would be answered. */
export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new TypeError(parsed.error);
  return parsed.value;
}

export const isIpv6 = (text: Prefix | Address): boolean => text.includes(':');

export const prefixLength = (of: Prefix): number => Number(of.slice(of.indexOf('/') + 1));

/** Whether two prefixes share an address. */
export function prefixesOverlap(a: Prefix, b: Prefix): boolean {
  if (isIpv6(a) !== isIpv6(b)) return false;
  const length = Math.min(prefixLength(a), prefixLength(b));
  const [first, second] = [ipaddr.parseCIDR(a)[0], ipaddr.parseCIDR(b)[0]];
  return networkOf(first, length) === networkOf(second, length);
}

/** The first and the last address of a prefix, as numbers: of 32 bits for IPv4, of 128 for IPv6. */
export function prefixRange(of: Prefix): { first: bigint; last: bigint } {
  const [base, length] = ipaddr.parseCIDR(of);
  const bytes = base.toByteArray();
  const first = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { first, last: first + (1n << BigInt(bytes.length * 8 - length)) - 1n };
}

/** The address of a number: of 32 bits for IPv4, of 128 for IPv6. */
export function addressOf(value: bigint, ipv6: boolean): Address {
  const bytes = Array.from({ length: ipv6 ? 16 : 4 }, (_, index) =>
    Number((value >> BigInt(8 * ((ipv6 ? 15 : 3) - index))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString() as Address;
}

/** Whether the address lies in the prefix. */
export function prefixContains(outer: Prefix, address: Address): boolean {
  if (isIpv6(outer) !== isIpv6(address)) return false;
  return networkOf(ipaddr.parse(address), prefixLength(outer)) === outer.slice(0, outer.indexOf('/'));
}

/** The network bits of a prefix as a text of 0 and 1: one prefix lies in another when its bits begin with the other's. */
export function prefixBits(of: Prefix): string {
  const [address, length] = ipaddr.parseCIDR(of);
  const bits = address.toByteArray().map((byte) => byte.toString(2).padStart(8, '0'));
  return bits.join('').slice(0, length);
}

/** The network that an address with a prefix length lies in. */
export const networkPrefix = (address: Address, length: number): Prefix =>
  `${networkOf(ipaddr.parse(address), length)}/${length}` as Prefix;

/** The address at an offset from the start of an IPv4 prefix; throws when it lies outside. */
export function addressAt(within: Prefix, offset: number): Address {
  if (isIpv6(within) || offset < 0 || offset >= 2 ** (32 - prefixLength(within))) {
    throw new RangeError(`${within} has no address at offset ${offset}`);
  }
  // A prefix is canonical, and documents ask for tens of thousands of addresses: a parser would cost seconds.
  const base = within.slice(0, within.indexOf('/')).split('.');
  const value = base.reduce((sum, byte) => sum * 256 + Number(byte), 0) + offset;
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
  return bytes.join('.') as Address;
}

function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6, length: number): string {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, length - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes).toString();
}
