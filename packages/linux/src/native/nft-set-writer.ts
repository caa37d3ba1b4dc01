import { isIpv6, type Address } from '@patronus/core';
import { addressOctets } from './address.ts';
import { NetlinkFlag, NetlinkRequest, openNetfilterSocket, refusedRequest } from './netlink-request.ts';

const nfTables = 10;
const batchBegin = 0x10;
const batchEnd = 0x11;
const newElement = (nfTables << 8) | 12;
const deleteElement = (nfTables << 8) | 14;
const familyInet = 1;

const listTable = 1;
const listSet = 2;
const listElements = 3;
const listElement = 1;
const elementKey = 1;
const elementTimeout = 4;
const dataValue = 1;

/** An address in one of our sets, for so long. */
export interface TimedElement {
  readonly set: string;
  readonly address: Address;
  readonly ttlSec: number;
}

/** Octets that one element may take in its three messages; a batch that could grow larger is sent in parts. */
const elementRoom = 512;

/** Writes elements with an end into sets of nftables, some 0.1 ms each time; `nft` would take fifty times as long. */
export class NftSetWriter {
  readonly fd: number;
  readonly #table: string;
  readonly #request: NetlinkRequest;

  private constructor(fd: number, table: string) {
    this.fd = fd;
    this.#table = table;
    this.#request = new NetlinkRequest(fd);
  }

  /** For a table of the family `inet`, in the calling thread's network namespace. */
  static open(table: string): NftSetWriter {
    return new NftSetWriter(openNetfilterSocket(), table);
  }

  /** Uses a socket that another thread opened. */
  static attach(fd: number, table: string): NftSetWriter {
    return new NftSetWriter(fd, table);
  }

  /**
   * Puts addresses into sets; one that is there already gets the new time. All or none of up to some hundred are done at once.
   * Errors: `kernel_refused`, with `errno` 2 in its facts where a set does not exist.
   */
  put(elements: readonly TimedElement[]): void {
    for (let from = 0; from < elements.length;) {
      this.#begin();
      const start = from;
      while (from < elements.length) {
        const element = elements[from++]!;
        // Not every kernel takes a new time for an element that is there: it is made sure of, taken out and put in again.
        this.#write(newElement, NetlinkFlag.create, element);
        this.#write(deleteElement, 0, element);
        // Refusals are told in any case; an acknowledgement of every message would not fit into the socket.
        const isLast = from === elements.length || this.#request.room <= 2 * elementRoom;
        this.#write(newElement, NetlinkFlag.create | (isLast ? NetlinkFlag.ack : 0), element);
        if (isLast) break;
      }
      this.#commit(elements[start]!);
    }
  }

  #begin(): void {
    this.#request.clear();
    this.#request.begin(batchBegin, NetlinkFlag.request, { resource: nfTables });
    this.#request.end();
  }

  #write(type: number, flags: number, { set, address, ttlSec }: TimedElement): void {
    const request = this.#request;
    request.begin(type, NetlinkFlag.request | flags, { family: familyInet });
    request.text(listTable, this.#table);
    request.text(listSet, set);
    request.nest(listElements, () =>
      request.nest(listElement, () => {
        request.nest(elementKey, () => request.octets(dataValue, addressOctets(address)));
        if (type === newElement) request.uint64(elementTimeout, ttlSec * 1000);
      }),
    );
    request.end();
  }

  #commit({ set, address }: TimedElement): void {
    this.#request.begin(batchEnd, NetlinkFlag.request, { resource: nfTables });
    this.#request.end();
    const errno = this.#request.ask();
    const family = isIpv6(address) ? 'IPv6' : 'IPv4';
    if (errno !== 0) throw refusedRequest(errno, `put ${family} addresses into set ${set}`);
  }
}
