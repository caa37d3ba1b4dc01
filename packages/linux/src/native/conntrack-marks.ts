import { NetlinkFlag, NetlinkRequest, openNetfilterSocket } from './netlink-request.ts';

const newEntry = (1 << 8) | 0;
const tupleOriginal = 1;
const tupleIp = 1;
const tupleProtocol = 2;
const ip4 = { source: 1, destination: 2 } as const;
const ip6 = { source: 3, destination: 4 } as const;
const protocolNumber = 1;
const sourcePort = 2;
const destinationPort = 3;
const mark = 8;
const markMask = 21;
const families = { 4: 2, 6: 10 } as const;
const protocols = { tcp: 6, udp: 17 } as const;

/** A flow by its original direction. */
export interface FlowTuple {
  readonly family: 4 | 6;
  readonly protocol: 'tcp' | 'udp';
  /** 4 or 16 octets. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Changes marks of flows that connection tracking knows. */
export class ConntrackMarks {
  readonly fd: number;
  readonly #request: NetlinkRequest;

  private constructor(fd: number) {
    this.fd = fd;
    this.#request = new NetlinkRequest(fd, 4096);
  }

  /** In the calling thread's network namespace. */
  static open(): ConntrackMarks {
    return new ConntrackMarks(openNetfilterSocket());
  }

  /** Uses a socket that another thread opened. */
  static attach(fd: number): ConntrackMarks {
    return new ConntrackMarks(fd);
  }

  /** Clears bits of a flow's mark; 0, or the error number: 2 where the kernel does not know the flow (yet). */
  clear(flow: FlowTuple, bits: number): number {
    const request = this.#request;
    const keys = flow.family === 4 ? ip4 : ip6;
    request.clear();
    request.begin(newEntry, NetlinkFlag.request | NetlinkFlag.ack, { family: families[flow.family] });
    request.nest(tupleOriginal, () => {
      request.nest(tupleIp, () => {
        request.octets(keys.source, flow.source);
        request.octets(keys.destination, flow.destination);
      });
      request.nest(tupleProtocol, () => {
        request.uint8(protocolNumber, protocols[flow.protocol]);
        request.uint16(sourcePort, flow.sourcePort);
        request.uint16(destinationPort, flow.destinationPort);
      });
    });
    request.uint32(mark, 0);
    request.uint32(markMask, bits >>> 0);
    request.end();
    return request.ask();
  }
}
